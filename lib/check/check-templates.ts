import type { Finding, TemplateInput } from './api';
import { EndpointModel } from './endpoint/endpoint-model';
import type { Rule, Violation } from './rule';
import { RULES } from './rules/rules';
import { member, type Resource } from './template/parts';
import { TemplateSet } from './template/template-set';

/**
 * Checks templates that are deployed together: an alarm of one is judged by the endpoint of another. Findings are in the order of
 * the templates, and of the resources within each.
 */
export function checkTemplates(templates: readonly TemplateInput[]): Finding[] {
  const set = new TemplateSet(templates);
  const subject = { set, endpoints: new EndpointModel(set) };
  const findings = RULES.flatMap((rule) => [...rule.check(subject)].map((violation) => findingOf(rule, violation)));
  const order = new Map<string, number>();
  for (const { name, resources } of set.templates) {
    for (const logicalId of resources.keys()) order.set(`${name}\n${logicalId}`, order.size);
  }
  const place = ({ template, logicalId }: Finding) => order.get(`${template}\n${logicalId}`) ?? order.size;
  return findings.sort((a, b) => place(a) - place(b));
}

function findingOf({ id, severity, limit, source, fix }: Rule, violation: Violation): Finding {
  const { resource, path, shown } = violation.at;
  return {
    id,
    severity,
    template: resource.template.name,
    logicalId: resource.logicalId,
    path,
    ...(shown === undefined ? {} : { value: shown }),
    message: violation.message,
    limit,
    source,
    fix: violation.fix ?? fix,
    ...acknowledgement(resource, id),
  };
}

function acknowledgement({ raw }: Resource, id: string): Pick<Finding, 'acknowledged'> {
  const reason = member(member(raw, 'Metadata'), 'slipway:acknowledged')[id];
  return typeof reason === 'string' && reason.trim() !== '' ? { acknowledged: reason } : {};
}
