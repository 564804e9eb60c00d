/** Of a stand-in resource: what it stands for. */
export const STAND_IN_FOR = 'SlipwayStandInFor';
/** Function of the rehearsal that answers for stand-ins; a literal name, so that its ARN needs no reference. */
export const STAND_IN_FUNCTION = 'slipway-stand-in';
export const REHEARSAL_STACK = 'slipway-rehearsal';

/** `Custom::StandIn_AWS_Budgets_Budget` for `AWS::Budgets::Budget`. */
export function standInType(type: string): string {
  return `Custom::StandIn_${type.replaceAll('::', '_')}`;
}
