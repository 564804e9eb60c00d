/** States of the controller as a person follows them; those that only decide are none. */
const PHASES: Readonly<Record<string, string>> = {
  TakeLease: 'asking for the endpoint',
  WaitForLease: 'waiting for whoever changes it now',
  PrepareStack: 'looking at its stack',
  WaitForStack: 'waiting for its stack',
  UpdateEndpoint: 'setting what is desired',
  WaitForUpdate: 'CloudFormation updates the stack',
  FollowUpdate: 'CloudFormation updates the stack',
  SettleEndpoint: 'verifying the endpoint',
  WaitForEndpoint: 'waiting for the endpoint',
  Restore: 'restoring what was desired before',
  WaitForRestore: 'CloudFormation brings the stack back',
  FollowRestore: 'CloudFormation brings the stack back',
  Release: 'giving the endpoint back',
};

export function phaseOf(state: string): string | undefined {
  return PHASES[state];
}
