import { expect, it } from 'vitest';
import { synthesizedStages, templateJson } from '../support';

/** Asset hashes and ids that are derived from them: they change with every change of a handler. */
function normalised(text: string): string {
  return text
    .replace(/[0-9a-f]{64}(?=\.zip)/g, '<asset>')
    .replace(/(CurrentVersion[0-9A-F]{8})[0-9a-f]{32}/g, '$1<version>')
    .replace(/(Deployment[0-9A-F]{8})[0-9a-f]{32}/g, '$1<deployment>');
}

it('the serving stack of the pilot is as it was; look at what changed before you accept it', () => {
  const pilot = synthesizedStages().find(({ name }) => name === 'pilot');
  if (pilot === undefined) throw new Error('bin/stages.ts has no pilot');
  const text = normalised(JSON.stringify(templateJson(pilot.templates.serve), null, 1));
  expect(text).not.toMatch(/[0-9a-f]{32}/);
  expect(text).toMatchSnapshot();
});
