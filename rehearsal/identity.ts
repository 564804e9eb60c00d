import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EMULATOR_NAME } from './emulator/emulator';
import type { RehearsedStage } from './rehearsed-stage';
import type { QualityMetric } from './report/report';

const QUALITY_METRICS: readonly QualityMetric[] = ['accuracy', 'precision', 'recall', 'f1'];

/** What a report says of the rehearsal itself, however far it came. */
export function identity(project: string, name: string, stage: RehearsedStage, startedAt: Date) {
  const facts = stage.factsOrUndefined;
  return {
    slipwayVersion: String(JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')).version),
    stage: name,
    model: facts?.model ?? 'unknown',
    deployment: facts?.deployment ?? name,
    region: stage.region,
    startedAt: startedAt.toISOString(),
    emulator: {
      name: EMULATOR_NAME,
      version: emulatorVersion(project),
      endpoint: stage.endpointOrUndefined ?? 'not started',
    },
    criteria: (facts?.criteria ?? []).flatMap(({ metric, atLeast }) => {
      const known = QUALITY_METRICS.find((candidate) => candidate === metric);
      return known === undefined ? [] : [{ metric: known, atLeast }];
    }),
  };
}

function emulatorVersion(project: string): string {
  const requirements = readFileSync(join(project, 'rehearsal/emulator/requirements.txt'), 'utf8');
  return /^ministack==(\S+)$/m.exec(requirements)?.[1] ?? 'unknown';
}
