import { Annotations } from 'aws-cdk-lib';
import { Alarm, type IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { alarmText } from '../core/alarm-text';
import { checkObject, checkText, faultsOf, show } from '../core/checks';
import { CLAUSE } from '../core/clause';
import { ConfigError } from '../core/config-error';
import { Trace } from '../core/trace';
import type { AlarmDeclaration, IAlarmRoute, IMonitor } from './api';
import { Severity } from './api';
import { type ModelAlarmsProps, modelAlarms } from './model-alarms';

/** Properties of a `Monitor`. */
export interface MonitorProps {
  /** `<model>-<stage>`: alarm names begin with it. */
  readonly deployment: string;
  /** Who is told. */
  readonly route: IAlarmRoute;
  /**
   * The most severe that an alarm here can be.
   * @default Severity.CRITICAL
   */
  readonly severityCeiling?: Severity;
  /**
   * Where the runbook is; the alarm's id is added as fragment.
   * @default 'docs/runbook.md' of this package
   */
  readonly runbook?: string;
}

/**
 * Watches a deployment: takes declarations of alarms from the constructs that know what can go wrong, and gives each a name,
 * a text for the person woken, and actions by severity.
 *
 * @example
 * const monitor = new Monitor(this, 'Monitor', { deployment: 'spam-filter-pilot', route: AlarmRoute.toOwnTopic() });
 */
export class Monitor extends Construct implements IMonitor {
  /** Alarms by id. */
  readonly alarms: { [id: string]: IAlarm } = {};

  constructor(
    scope: Construct,
    id: string,
    private readonly props: MonitorProps,
  ) {
    super(scope, id);
    const faults = faultsOf(
      checkText('deployment', props.deployment, {
        required: true,
        pattern: /^\S+$/,
        expected: 'a name such as spam-filter-pilot',
        fix: 'names of alarms begin with it',
      }),
      checkObject('route', props.route, { expected: 'an alarm route', fix: 'make it with AlarmRoute' }),
      props.severityCeiling === undefined || props.severityCeiling instanceof Severity
        ? undefined
        : `severityCeiling is ${show(props.severityCeiling)}, expected a Severity; such as Severity.HIGH`,
    );
    if (faults.length > 0) throw new ConfigError(this, faults);
    const reached = props.route.reachedBy(this);
    for (const resource of reached) {
      Trace.enforce(CLAUSE.owner, resource, 'alarms and budget alerts reach the owner');
      Trace.enforce(CLAUSE.onCall, resource, 'alarms reach the person on call');
    }
    // A topic without subscribers waits for the owner to subscribe; it wakes nobody.
    if (reached.length === 0 && this.topic !== undefined) {
      Trace.enforce(CLAUSE.owner, this.topic, 'alarms and budget alerts are sent to it, for the owner to subscribe');
    }
  }

  /** The topic that alerts other than alarms are sent to, where the route has one. */
  get topic(): ITopic | undefined {
    return this.props.route.topicFor(this);
  }

  /** Declares the alarms that a contract demands of one model. */
  watchModel(props: ModelAlarmsProps): void {
    for (const alarm of modelAlarms(this, props)) this.watch(alarm);
  }

  watch(alarm: AlarmDeclaration): void {
    const severity = alarm.severity.atMost(this.props.severityCeiling ?? Severity.CRITICAL);
    const resource = new Alarm(this, alarm.id, {
      alarmName: `${this.props.deployment}-${alarm.id}`,
      alarmDescription: alarmText(this, {
        id: alarm.id,
        severity: severity.name,
        what: alarm.what,
        link: alarm.link,
        runbook: this.props.runbook,
      }),
      metric: alarm.metric,
      threshold: alarm.threshold,
      comparisonOperator: alarm.comparison,
      evaluationPeriods: alarm.evaluationPeriods,
      datapointsToAlarm: alarm.datapointsToAlarm,
      treatMissingData: alarm.treatMissingData,
    });
    const actions = this.props.route.actionsFor(this, severity);
    if (actions.length > 0) {
      resource.addAlarmAction(...actions);
      // OpsItems are opened by alarms only; a topic also hears that it is over.
      if (this.topic !== undefined) resource.addOkAction(...actions);
    } else {
      Annotations.of(resource).addInfoV2('slipway:alarmWithoutAction', 'nobody is told about this alarm');
    }
    this.alarms[alarm.id] = resource;
    if (alarm.clause !== undefined) Trace.enforce(alarm.clause, resource, alarm.what);
    this.reachThroughActions(resource, actions.length);
  }

  /** Where a route has no resource of its own (OpsCenter), the alarms themselves reach the owner. */
  private reachThroughActions(resource: Alarm, actions: number): void {
    if (actions === 0 || this.topic !== undefined || this.props.route.reachedBy(this).length > 0) return;
    Trace.enforce(CLAUSE.owner, resource, 'its action reaches the owner');
    Trace.enforce(CLAUSE.onCall, resource, 'its action reaches the person on call');
  }
}
