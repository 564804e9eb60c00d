import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { checkBoolean, checkDuration, checkNumber, checkText, faultsOf, show } from '../core/checks';
import { ConfigError } from '../core/config-error';
import { NAME_PATTERN } from '../core/deployment-name';
import { Rollout } from '../endpoint/api';
import { Severity } from '../monitor/api';

/** What stages differ by. */
export interface StageProfileProps {
  /**
   * Whether synthesis fails when the contract lacks an owner, an on-call, a budget or a success criterion. Where it does
   * not, what is missing is an advice.
   * @default as in the base profile
   */
  readonly demandsWholeContract?: boolean;
  /**
   * Instances of a model backend that are kept running without traffic; for a Lambda backend, provisioned concurrency.
   * @default as in the base profile
   */
  readonly minimumInstances?: number;
  /**
   * How a new version takes over on a SageMaker endpoint, unless the backend has a rollout of its own.
   * @default as in the base profile
   */
  readonly rollout?: Rollout;
  /**
   * Provisioned concurrency of the function that takes predictions; 0 for none.
   * @default as in the base profile
   */
  readonly provisionedConcurrency?: number;
  /**
   * The API's rate limit as a multiple of the contract's peak.
   * @default as in the base profile
   */
  readonly throttleHeadroom?: number;
  /**
   * How long prediction records and their payloads are kept.
   * @default as in the base profile
   */
  readonly recordRetention?: Duration;
  /**
   * How long published dataset versions are locked against deletion, where the data concern nobody: personal data are never locked. No
   * time (`Duration.days(0)`) for not at all; whole days.
   * @default as in the base profile
   */
  readonly datasetLock?: Duration;
  /**
   * How long logs are kept.
   * @default as in the base profile
   */
  readonly logRetention?: RetentionDays;
  /**
   * What becomes of tables, buckets and keys when their stack is deleted.
   * @default as in the base profile
   */
  readonly removalPolicy?: RemovalPolicy;
  /**
   * Whether the stack of state is protected against deletion.
   * @default as in the base profile
   */
  readonly terminationProtection?: boolean;
  /**
   * Whether tables can be restored to any second of the last 35 days.
   * @default as in the base profile
   */
  readonly pointInTimeRecovery?: boolean;
  /**
   * Whether keys can be replicated to other regions; cannot be changed later without a new key.
   * @default as in the base profile
   */
  readonly multiRegionKeys?: boolean;
  /**
   * The most severe that an alarm of this stage can be.
   * @default as in the base profile
   */
  readonly severityCeiling?: Severity;
  /**
   * Whether silence (no request for an hour) is an alarm.
   * @default as in the base profile
   */
  readonly silenceIsAnAlarm?: boolean;
  /**
   * Share of the contract's monthly budget that this stage may spend, above 0 and at most 1.
   * @default as in the base profile
   */
  readonly budgetShare?: number;
  /**
   * Least level that is logged: DEBUG, INFO, WARN or ERROR.
   * @default as in the base profile
   */
  readonly logLevel?: string;
  /**
   * How long an endpoint of this stage may run at all, counted from when its parameters were created: its owner is warned a
   * week and a day before it is stopped. No time (`Duration.days(0)`) for as long as it likes.
   * @default as in the base profile
   */
  readonly expiresAfter?: Duration;
  /**
   * How long an endpoint of this stage may run without a request before it is stopped. No time (`Duration.hours(0)`) for as
   * long as it likes. One that goes to zero by itself is never stopped for idleness, unless `minimumInstances` keeps some.
   * @default as in the base profile
   */
  readonly stopWhenIdleFor?: Duration;
}

const MEMBERS: readonly string[] = [
  'demandsWholeContract',
  'minimumInstances',
  'rollout',
  'expiresAfter',
  'stopWhenIdleFor',
  'provisionedConcurrency',
  'throttleHeadroom',
  'recordRetention',
  'datasetLock',
  'logRetention',
  'removalPolicy',
  'terminationProtection',
  'pointInTimeRecovery',
  'multiRegionKeys',
  'severityCeiling',
  'silenceIsAnAlarm',
  'budgetShare',
  'logLevel',
];

/**
 * Every difference between stages. Constructs read its properties and never ask which profile it is.
 *
 * @example
 * const load = StageProfile.custom('load-test', StageProfile.STAGING, { throttleHeadroom: 4 });
 */
export class StageProfile {
  /** Small, short-lived, forgiving: to learn whether the model is any good. Everything goes when its stacks go. */
  static readonly PILOT = new StageProfile('pilot', {
    demandsWholeContract: false,
    minimumInstances: 0,
    // Nobody depends on it; the smallest quota is enough for it.
    rollout: Rollout.allAtOnce(),
    provisionedConcurrency: 0,
    throttleHeadroom: 1.5,
    recordRetention: Duration.days(30),
    datasetLock: Duration.days(0),
    logRetention: RetentionDays.TWO_WEEKS,
    removalPolicy: RemovalPolicy.DESTROY,
    terminationProtection: false,
    pointInTimeRecovery: false,
    multiRegionKeys: false,
    severityCeiling: Severity.MEDIUM,
    silenceIsAnAlarm: false,
    budgetShare: 0.1,
    logLevel: 'DEBUG',
    expiresAfter: Duration.days(30),
    stopWhenIdleFor: Duration.hours(8),
  });

  /** As production in what it runs, so that it can be measured; not in what it keeps or whom it wakes. */
  static readonly STAGING = new StageProfile('staging', {
    demandsWholeContract: false,
    minimumInstances: 1,
    rollout: Rollout.canary({ bake: Duration.minutes(5) }),
    provisionedConcurrency: 1,
    throttleHeadroom: 2,
    recordRetention: Duration.days(90),
    datasetLock: Duration.days(0),
    logRetention: RetentionDays.ONE_MONTH,
    removalPolicy: RemovalPolicy.DESTROY,
    terminationProtection: false,
    pointInTimeRecovery: true,
    multiRegionKeys: false,
    severityCeiling: Severity.HIGH,
    silenceIsAnAlarm: false,
    budgetShare: 0.3,
    logLevel: 'INFO',
    expiresAfter: Duration.days(0),
    stopWhenIdleFor: Duration.hours(0),
  });

  /** Whole contract demanded, state protected and recoverable, people woken. */
  static readonly PRODUCTION = new StageProfile('production', {
    demandsWholeContract: true,
    minimumInstances: 2,
    rollout: Rollout.canary({ bake: Duration.minutes(10) }),
    provisionedConcurrency: 2,
    throttleHeadroom: 2,
    recordRetention: Duration.days(365),
    datasetLock: Duration.days(365),
    logRetention: RetentionDays.SIX_MONTHS,
    removalPolicy: RemovalPolicy.RETAIN,
    terminationProtection: true,
    pointInTimeRecovery: true,
    multiRegionKeys: true,
    severityCeiling: Severity.CRITICAL,
    silenceIsAnAlarm: true,
    budgetShare: 1,
    logLevel: 'INFO',
    expiresAfter: Duration.days(0),
    stopWhenIdleFor: Duration.hours(0),
  });

  /** A profile of one's own: `base` with what `changes` says. */
  static custom(name: string, base: StageProfile, changes: StageProfileProps): StageProfile {
    if (!(base instanceof StageProfile) || typeof changes !== 'object' || changes === null) {
      throw new ConfigError(
        `StageProfile "${show(name)}"`,
        `base is ${show(base)} and changes are ${show(changes)}, expected a profile and an object; such as StageProfile.custom('load-test', StageProfile.STAGING, { throttleHeadroom: 4 })`,
      );
    }
    const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
    return new StageProfile(name, { ...base.settings, ...given });
  }

  /** Name of the profile, for messages; never compared. */
  readonly name: string;
  /** Whether synthesis fails without owner, on-call, budget and a success criterion. */
  readonly demandsWholeContract: boolean;
  /** Instances of a model backend that are kept running without traffic. */
  readonly minimumInstances: number;
  /** How a new model takes over an endpoint. */
  readonly rollout: Rollout;
  /** Provisioned concurrency of the function that takes predictions. */
  readonly provisionedConcurrency: number;
  /** The API's rate limit as a multiple of the contract's peak. */
  readonly throttleHeadroom: number;
  /** How long prediction records and their payloads are kept. */
  readonly recordRetention: Duration;
  /** How long published dataset versions are locked; no time for not at all. Personal data never are. */
  readonly datasetLock: Duration;
  /** How long logs are kept. */
  readonly logRetention: RetentionDays;
  /** What becomes of tables, buckets and keys when their stack is deleted. */
  readonly removalPolicy: RemovalPolicy;
  /** Whether the stack of state is protected against deletion. */
  readonly terminationProtection: boolean;
  /** Whether tables can be restored to any second of the last 35 days. */
  readonly pointInTimeRecovery: boolean;
  /** Whether keys can be replicated to other regions. */
  readonly multiRegionKeys: boolean;
  /** The most severe that an alarm of this stage can be. */
  readonly severityCeiling: Severity;
  /** Whether an hour without a request is an alarm. */
  readonly silenceIsAnAlarm: boolean;
  /** Share of the contract's monthly budget that this stage may spend. */
  readonly budgetShare: number;
  /** Least level that is logged: DEBUG, INFO, WARN or ERROR. */
  readonly logLevel: string;
  readonly expiresAfter: Duration;
  readonly stopWhenIdleFor: Duration;

  private readonly settings: Required<StageProfileProps>;

  private constructor(name: string, settings: Required<StageProfileProps>) {
    const faults = faultsOf(
      ...unknownMembers(settings),
      checkText('the name', name, {
        required: true,
        pattern: NAME_PATTERN,
        expected: 'lower case letters, digits and single hyphens',
        fix: 'rename the profile',
      }),
      checkNumber('minimumInstances', settings.minimumInstances, {
        min: 0,
        max: 1000,
        integer: true,
        known: true,
        fix: 'use 0 for none',
      }),
      checkNumber('provisionedConcurrency', settings.provisionedConcurrency, {
        min: 0,
        max: 1000,
        integer: true,
        known: true,
        fix: 'use 0 for none',
      }),
      checkNumber('throttleHeadroom', settings.throttleHeadroom, {
        min: 1,
        max: 100,
        known: true,
        fix: 'below 1 the API would refuse the peak that the contract promises',
      }),
      checkDuration('recordRetention', settings.recordRetention, {
        minMs: Duration.days(1).toMilliseconds(),
        maxMs: Duration.days(3653).toMilliseconds(),
        known: true,
        wholeDays: true,
        fix: 'records are kept for a day to ten years',
      }),
      checkDuration('datasetLock', settings.datasetLock, {
        minMs: 0,
        maxMs: Duration.days(3653).toMilliseconds(),
        known: true,
        wholeDays: true,
        fix: 'use no time at all for versions that can be deleted',
      }),
      checkText('removalPolicy', settings.removalPolicy, {
        pattern: /^(retain|destroy)$/,
        expected: 'RemovalPolicy.RETAIN or RemovalPolicy.DESTROY',
        known: true,
        fix: 'tables, buckets and keys have no snapshots',
      }),
      checkNumber('budgetShare', settings.budgetShare, {
        min: 0.001,
        max: 1,
        known: true,
        fix: 'give the share of the monthly budget that the stage may spend',
      }),
      checkText('logLevel', settings.logLevel, {
        pattern: /^(DEBUG|INFO|WARN|ERROR)$/,
        expected: 'DEBUG, INFO, WARN or ERROR',
        known: true,
        fix: 'use one of them, in capitals',
      }),
      checkBoolean('demandsWholeContract', settings.demandsWholeContract),
      checkBoolean('terminationProtection', settings.terminationProtection),
      checkBoolean('pointInTimeRecovery', settings.pointInTimeRecovery),
      checkBoolean('multiRegionKeys', settings.multiRegionKeys),
      checkBoolean('silenceIsAnAlarm', settings.silenceIsAnAlarm),
      Object.values(RetentionDays).includes(settings.logRetention)
        ? undefined
        : `logRetention is ${show(settings.logRetention)}, expected a member of RetentionDays; CloudWatch keeps logs for these periods only`,
      settings.severityCeiling instanceof Severity
        ? undefined
        : `severityCeiling is ${show(settings.severityCeiling)}, expected a Severity; such as Severity.HIGH`,
      checkDuration('expiresAfter', settings.expiresAfter, {
        minMs: 0,
        maxMs: Duration.days(3653).toMilliseconds(),
        known: true,
        wholeDays: true,
        fix: 'use no time at all for an endpoint that does not expire',
      }),
      checkDuration('stopWhenIdleFor', settings.stopWhenIdleFor, {
        minMs: 0,
        // Metrics are asked for by the hour, of two weeks at most.
        maxMs: Duration.days(14).toMilliseconds(),
        known: true,
        fix: 'use no time at all for an endpoint that may idle',
      }),
    );
    if (faults.length > 0) throw new ConfigError(`StageProfile "${name}"`, faults);
    this.name = name;
    this.settings = settings;
    this.demandsWholeContract = settings.demandsWholeContract;
    this.minimumInstances = settings.minimumInstances;
    this.rollout = settings.rollout;
    this.provisionedConcurrency = settings.provisionedConcurrency;
    this.throttleHeadroom = settings.throttleHeadroom;
    this.recordRetention = settings.recordRetention;
    this.datasetLock = settings.datasetLock;
    this.logRetention = settings.logRetention;
    this.removalPolicy = settings.removalPolicy;
    this.terminationProtection = settings.terminationProtection;
    this.pointInTimeRecovery = settings.pointInTimeRecovery;
    this.multiRegionKeys = settings.multiRegionKeys;
    this.severityCeiling = settings.severityCeiling;
    this.silenceIsAnAlarm = settings.silenceIsAnAlarm;
    this.budgetShare = settings.budgetShare;
    this.logLevel = settings.logLevel;
    this.expiresAfter = settings.expiresAfter;
    this.stopWhenIdleFor = settings.stopWhenIdleFor;
  }
}

/** A misspelt member would change nothing, without a word. */
function unknownMembers(settings: object): string[] {
  return Object.keys(settings)
    .filter((member) => !MEMBERS.includes(member))
    .map((member) => `${show(member)} is no member of a profile, expected one of ${MEMBERS.join(', ')}; correct it`);
}
