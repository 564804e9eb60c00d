import {
  ApplicationAutoScalingClient,
  DeleteScheduledActionCommand,
  DeregisterScalableTargetCommand,
  PutScheduledActionCommand,
  type PutScheduledActionCommandInput,
  PutScheduledActionRequest$,
  RegisterScalableTargetCommand,
  type RegisterScalableTargetCommandInput,
  RegisterScalableTargetRequest$,
} from '@aws-sdk/client-application-auto-scaling';
import type { Made, Properties, StandIn, StandInRequest } from '../stand-in';
import { typed } from '../typed';
import { deletedIfThere, type TargetKey, targetKey, targetRef } from './target-key';

/** Capacities, suspension and scheduled actions change in place; what is scaled replaces the target. */
export const scalableTarget: StandIn = {
  create: register,
  async update(request) {
    const { before, properties, physicalId } = request;
    const key = targetKey(properties);
    if (targetRef(key) !== physicalId) return register(request);
    const kept = new Set(actionsOf(properties).map(({ ScheduledActionName }) => ScheduledActionName));
    const client = new ApplicationAutoScalingClient({});
    for (const { ScheduledActionName } of actionsOf(before)) {
      if (kept.has(ScheduledActionName)) continue;
      await deletedIfThere(() => client.send(new DeleteScheduledActionCommand({ ...key, ScheduledActionName })));
    }
    return register(request);
  },
  delete: ({ properties }) =>
    deletedIfThere(() =>
      new ApplicationAutoScalingClient({}).send(new DeregisterScalableTargetCommand(targetKey(properties))),
    ),
};

async function register({ properties }: StandInRequest): Promise<Made> {
  const { ScheduledActions: _actions, Tags: _tags, ...declared } = properties;
  const client = new ApplicationAutoScalingClient({});
  const input = typed<RegisterScalableTargetCommandInput>(RegisterScalableTargetRequest$, declared);
  await client.send(new RegisterScalableTargetCommand(input));
  const key = targetKey(properties);
  for (const action of actionsOf(properties))
    await client.send(new PutScheduledActionCommand(actionInput(key, action)));
  return { physicalId: targetRef(key), attributes: { Id: targetRef(key) } };
}

type DeclaredAction = Properties & { readonly ScheduledActionName: string };

function actionsOf({ ScheduledActions }: Properties): readonly DeclaredAction[] {
  return Array.isArray(ScheduledActions) ? ScheduledActions : [];
}

function actionInput(key: TargetKey, action: DeclaredAction): PutScheduledActionCommandInput {
  return typed<PutScheduledActionCommandInput>(PutScheduledActionRequest$, { ...action, ...key });
}
