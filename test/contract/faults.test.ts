import { CfnParameter, Duration, Lazy, Stack, Token } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { checkContract, timeoutOf } from '../../lib/contract/check-contract';
import { Criterion, DataClass, OnCall, type ProductionContract, StageProfile } from '../../lib/index';
import { contractOf, messageOf, modelWith } from '../support';

/** A contract as plain JavaScript may give it: wrong types included. */
function faultsWith(changes: { readonly [member: string]: unknown }): string[] {
  return checkContract({ ...contractOf(), ...changes } as unknown as ProductionContract);
}

const owner = { team: 'mail-platform', email: 'mail@example.com' };
const NUMBERS: readonly [member: string, range: string, fix: string, wrong: readonly unknown[]][] = [
  ['availability', '50 to 99.999', 'such as 99.9', [0, -1, 49.9, 100, NaN, Infinity, '99.9', null, undefined]],
  [
    'peakRequestsPerSecond',
    '0.01 to 100000',
    'the highest load',
    [0, -5, 100_001, NaN, Infinity, '40', null, undefined, {}],
  ],
  ['requestsPerMonth', '1 to 1000000000000', 'leave it out', [0, -1, NaN, Infinity, '3000000', null]],
  ['monthlyBudgetUsd', '0.01 to 1000000000', 'US dollars', [0, -400, NaN, Infinity, '400', null]],
];

describe('a number of the contract', () => {
  const cases = NUMBERS.flatMap(([member, range, fix, wrong]) =>
    wrong.map((value) => [member, value, range, fix] as const),
  );
  it.each(cases)('%s fails as %s, and says the value, the range and the fix', (member, value, range, fix) => {
    const fault = faultsWith({ [member]: value }).find((text) => text.startsWith(`${member} is `));
    const given = typeof value === 'number' ? String(value) : JSON.stringify(value);
    const shown = value === undefined ? 'missing' : given;
    expect(fault).toContain(`${member} is ${shown}, expected a number from ${range}; `);
    expect(fault).toContain(fix);
  });

  it.each(NUMBERS)('%s fails as a token, from which nothing can be computed', (member, range) => {
    const token = Token.asNumber(Lazy.any({ produce: () => 1 }));
    expect(faultsWith({ [member]: token })).toEqual([
      expect.stringContaining(`${member} is known only when it is deployed, expected a number from ${range}`),
    ]);
  });

  it.each([
    ['availability', [50, 99.999]],
    ['peakRequestsPerSecond', [0.01, 100_000]],
    ['requestsPerMonth', [1500, 1_000_000]],
    ['monthlyBudgetUsd', [0.01, 1e9]],
  ])('%s may be at either end of its range', (member, values) => {
    for (const value of values) expect(faultsWith({ [member]: value })).toEqual([]);
  });
});

describe('a success criterion that too little traffic can never decide', () => {
  it.each([1, 1499])('is a fault at %d requests a month, of which 50 a day cannot be judged', (requestsPerMonth) => {
    expect(faultsWith({ requestsPerMonth })).toEqual([
      `requestsPerMonth is ${requestsPerMonth}, expected at least 1500 beside success criteria: one is measured over 50 judged answers a day; correct it, leave it out, or take the criteria back`,
    ]);
  });

  it('is none where there are no criteria', () => {
    expect(faultsWith({ requestsPerMonth: 1, success: [] })).toEqual([]);
  });
});

describe('a duration of the contract', () => {
  it.each([
    ['latencyP95', Duration.millis(0), 'latencyP95 is 0 ms, expected 1 to 28000 ms; state the objective'],
    ['latencyP95', Duration.seconds(29), 'latencyP95 is 29000 ms, expected 1 to 28000 ms'],
    ['latencyP95', '200ms', 'latencyP95 is "200ms", expected a Duration of 1 to 28000 ms'],
    ['latencyP95', 200, 'latencyP95 is 200, expected a Duration'],
    ['latencyP95', undefined, 'latencyP95 is missing, expected a Duration'],
    ['latencyP95', null, 'latencyP95 is null, expected a Duration'],
    ['latencyP95', Duration.millis(1.5), 'latencyP95 is 1.5 ms, expected whole milliseconds; round it'],
    ['latencyP95', Duration.seconds(0.0015), 'latencyP95 is 1.5 ms, expected whole milliseconds'],
    ['timeout', Duration.millis(0), 'timeout is 0 ms, expected 1 to 28000 ms; the API ends a request after 29 s'],
    ['timeout', Duration.minutes(1), 'timeout is 60000 ms, expected 1 to 28000 ms'],
    ['timeout', 2, 'timeout is 2, expected a Duration'],
    ['timeout', Duration.millis(199), 'timeout is 199 ms, expected at least latencyP95 (200 ms); raise it'],
  ])('fails: %s of %s', (member, value, fault) => {
    expect(faultsWith({ [member]: value })).toEqual([expect.stringContaining(fault)]);
  });

  it.each(['latencyP95', 'timeout'])('%s fails as a token', (member) => {
    const token = Duration.millis(Token.asNumber(Lazy.any({ produce: () => 200 })));
    expect(faultsWith({ [member]: token })).toEqual([
      expect.stringContaining(`${member} is known only when it is deployed, expected 1 to 28000 ms`),
    ]);
  });

  it('defaults the deadline to ten times the objective, at most 28 s', () => {
    expect(timeoutOf(contractOf({ latencyP95: Duration.millis(200) })).toMilliseconds()).toBe(2000);
    expect(timeoutOf(contractOf({ latencyP95: Duration.seconds(3) })).toMilliseconds()).toBe(28_000);
    expect(timeoutOf(contractOf({ timeout: Duration.millis(700) })).toMilliseconds()).toBe(700);
  });
});

describe('a text of the contract', () => {
  it.each([
    ['purpose', '', 'purpose is "", expected a sentence; say what the model is for'],
    ['purpose', undefined, 'purpose is missing, expected a sentence'],
    ['purpose', 7, 'purpose is 7, expected a sentence'],
    ['owner', 'mail-platform', 'owner is "mail-platform", expected team and email'],
    ['owner', null, 'owner is null, expected team and email'],
    ['owner', { email: 'a@example.com' }, 'owner.team is missing, expected 1 to 256 letters'],
    ['owner', { ...owner, team: 'mail*platform' }, 'owner.team is "mail*platform", expected 1 to 256 letters'],
    ['owner', { ...owner, team: 'x'.repeat(257) }, 'the team becomes the value of a tag'],
    [
      'owner',
      { ...owner, email: 'mail' },
      'owner.email is "mail", expected an e-mail address such as team@example.com',
    ],
    ['owner', { ...owner, email: 'a@b' }, 'owner.email is "a@b", expected an e-mail address'],
    ['owner', { ...owner, costCentre: '' }, 'owner.costCentre is "", expected 1 to 256 letters'],
    ['owner', { ...owner, onCall: OnCall.email('nobody') }, 'owner.onCall is "nobody", expected an e-mail address'],
    ['owner', { ...owner, onCall: OnCall.topic('night') }, 'owner.onCall is "night", expected the ARN of an SNS topic'],
    ['owner', { ...owner, onCall: 'night@example.com' }, 'owner.onCall is "night@example.com", expected an OnCall'],
    ['positiveLabel', '', 'positiveLabel is "", expected 1 to 256 characters'],
    ['positiveLabel', 'a\nb', 'positiveLabel is "a\\nb", expected 1 to 256 characters'],
    ['positiveLabel', Lazy.string({ produce: () => 'spam' }), 'positiveLabel is known only when it is deployed'],
    ['dataClass', undefined, 'dataClass is missing, expected DataClass.PUBLIC'],
    ['dataClass', 'personal', 'dataClass is "personal", expected DataClass.PUBLIC'],
  ])('fails: %s of %j', (member, value, fault) => {
    expect(faultsWith({ [member]: value })).toEqual([expect.stringContaining(fault)]);
  });

  it('passes as a token, whose value only the deployment knows', () => {
    const parameter = new CfnParameter(new Stack(), 'Mailbox').valueAsString;
    expect(faultsWith({ owner: { team: parameter, email: parameter }, financeEmails: [parameter] })).toEqual([]);
  });
});

describe('a mailbox', () => {
  const faultOf = (email: string) => faultsWith({ owner: { ...owner, email } });

  it.each([
    ...[
      '.a@example.com',
      'a.@example.com',
      'a..b@example.com',
      'mailto:a@example.com',
      '(a)@example.com',
      'é@example.com',
    ],
    ...[
      'a@1.2',
      `a@${'x'.repeat(64)}.example`,
      'a b@example.com',
      'a@-example.com',
      'a@example',
      '@example.com',
      'a@b@c.de',
    ],
    `${'x'.repeat(65)}@example.com`,
  ])('cannot be %s', (email) => {
    expect(faultOf(email)).toEqual([expect.stringContaining('expected an e-mail address')]);
  });

  it.each([
    'a@example.com',
    "o'neil+tag@mail.example.co.uk",
    `${'x'.repeat(64)}@${'y'.repeat(63)}.xn--p1ai`,
    '1@2.org',
  ])('can be %s', (email) => {
    expect(faultOf(email)).toEqual([]);
  });
});

describe('a list of the contract', () => {
  it.each([
    ['success', 'f1', 'success is "f1", expected a list; such as [Criterion.atLeast'],
    ['success', ['f1'], 'success[0] is "f1", expected a Criterion'],
    ['success', [undefined], 'success[0] is undefined, expected a Criterion'],
    ['success', [Criterion.atLeast('auc', 0.9)], 'success[0] is on "auc", expected accuracy, precision, recall, f1'],
    ['success', [Criterion.atLeast('f1', 0)], 'success[0] (f1) is 0, expected a number from 0.001 to 1'],
    ['success', [Criterion.atLeast('f1', 95)], 'success[0] (f1) is 95, expected a number from 0.001 to 1'],
    ['success', [Criterion.atLeast('f1', NaN)], 'success[0] (f1) is NaN, expected a number from 0.001 to 1'],
    [
      'success',
      [Criterion.atLeast('f1', 0.9), Criterion.atLeast('f1', 0.95)],
      'success[1] states "f1" again; state each metric once',
    ],
    ['financeEmails', 'a@example.com', 'financeEmails is "a@example.com", expected a list'],
    ['financeEmails', ['finance'], 'financeEmails[0] is "finance", expected an e-mail address'],
    ['financeEmails', [undefined], 'financeEmails[0] is missing, expected an e-mail address'],
    [
      'financeEmails',
      Array.from({ length: 11 }, (_, n) => `f${n}@example.com`),
      'financeEmails has 11 entries, expected at most 10; use a mailing list',
    ],
    ['financeEmails', ['a@example.com', 'A@example.com'], 'financeEmails has "a@example.com" more than once'],
    ['allowedRegions', ['eu-west-1', 'eu-west-1'], 'allowedRegions has "eu-west-1" more than once; state it once'],
    ['allowedRegions', [], 'allowedRegions is [], expected at least one region'],
    ['allowedRegions', 'eu-west-1', 'allowedRegions is "eu-west-1", expected at least one region'],
    ['allowedRegions', undefined, 'allowedRegions is missing, expected at least one region'],
    ['allowedRegions', ['Frankfurt'], 'allowedRegions[0] is "Frankfurt", expected a region such as "eu-west-1"'],
    ['allowedRegions', [Token.asString({ Ref: 'AWS::Region' })], 'allowedRegions[0] is known only when it is deployed'],
  ])('fails: %s of %j', (member, value, fault) => {
    expect(faultsWith({ [member]: value })).toEqual([expect.stringContaining(fault)]);
  });

  it('fails where finance is to be told of a budget that is not stated', () => {
    expect(faultsWith({ monthlyBudgetUsd: undefined, financeEmails: ['f@example.com'] })).toEqual([
      'financeEmails is stated without monthlyBudgetUsd; state the budget whose alerts they get',
    ]);
  });

  it('fails where the month has more requests than its peak around the clock', () => {
    expect(faultsWith({ peakRequestsPerSecond: 1, requestsPerMonth: 2_678_401 })).toEqual([
      expect.stringContaining('requestsPerMonth is 2678401, expected at most 2678400, which is peakRequestsPerSecond'),
    ]);
    expect(faultsWith({ peakRequestsPerSecond: 1, requestsPerMonth: 2_678_400 })).toEqual([]);
  });
});

describe('faults of one contract', () => {
  it('do not hide each other: a deadline below the objective, beside another', () => {
    const faults = faultsWith({ timeout: Duration.millis(100), latencyP95: Duration.millis(200), availability: 30 });
    expect(faults.map((fault) => fault.split(' is ')[0])).toEqual(['timeout', 'availability']);
  });

  it('are reported once each', () => {
    expect(faultsWith({ requestsPerMonth: 1e300 })).toHaveLength(1);
    const message = messageOf(() => modelWith({ contract: { ...contractOf(), allowedRegions: [] } }));
    expect(message.match(/region/g)?.length).toBeLessThan(4);
    expect(message).not.toContain('expected one of ;');
  });

  it('name what was left out as missing', () => {
    const message = messageOf(() =>
      modelWith({ contract: {} as ProductionContract, profile: StageProfile.PRODUCTION }),
    );
    for (const member of [
      'purpose',
      'latencyP95',
      'availability',
      'peakRequestsPerSecond',
      'dataClass',
      'allowedRegions',
    ]) {
      expect(message).toContain(`${member} is missing, expected`);
    }
  });
});

describe('a contract with many faults', () => {
  const many = {
    availability: 100,
    peakRequestsPerSecond: -1,
    monthlyBudgetUsd: Number.NaN,
    dataClass: DataClass.PERSONAL,
    latencyP95: Duration.millis(0),
    success: [Criterion.atLeast('auc', 2)],
    allowedRegions: ['us-east-1'],
    owner: { ...owner, email: 'nobody' },
  };

  it('is refused once, in one error that names the construct and every fault', () => {
    const message = messageOf(() => modelWith({ contract: contractOf(many) }));
    expect(message).toMatch(/^ConfigError: pilot:\n/);
    const faults = message.split('\n').filter((line) => line.startsWith('  - '));
    expect(faults.map((line) => line.slice(4).split(' is ')[0])).toEqual([
      'owner.email',
      'latencyP95',
      'availability',
      'peakRequestsPerSecond',
      'success[0] (auc)',
      'success[0]',
      'monthlyBudgetUsd',
      'env.region',
    ]);
  });

  it('never ends in another error, whatever a member is', () => {
    const members = Object.keys({
      ...contractOf(),
      timeout: 0,
      positiveLabel: 0,
      financeEmails: 0,
      requestsPerMonth: 0,
    });
    const wrong = [null, 0, -1, Number.NaN, '', 'x', [], [null], {}, true];
    for (const member of members) {
      for (const value of wrong) {
        const contract = { ...contractOf(), [member]: value } as unknown as ProductionContract;
        try {
          modelWith({ contract });
        } catch (error) {
          expect(error, `${member} of ${JSON.stringify(value)}`).toMatchObject({ name: 'ConfigError' });
        }
      }
    }
  });
});

it('a whole contract has no fault', () => {
  expect(checkContract(contractOf())).toEqual([]);
});
