import { namesOf, rolesWithout } from '../iam/execution-roles';
import { documentGrant } from '../iam/grant';
import type { Rule, Subject } from '../rule';
import { sageMakerGuide } from '../sources';

export const dataCaptureRules: readonly Rule[] = [
  {
    id: 'capture-role',
    severity: 'error',
    what: 'The execution role may not write to where data capture writes: the endpoint serves and captures nothing',
    limit: 'The role allows `s3:PutObject` on the prefix of `DestinationS3Uri`',
    source: sageMakerGuide('sagemaker-roles'),
    fix: 'Allow s3:PutObject on the prefix to the execution role',
    *check(subject) {
      for (const config of subject.endpoints.configs) {
        const capture = config.properties.at('DataCaptureConfig');
        const at = capture.at('DestinationS3Uri');
        const [, path] = /^s3:\/\/(.+)$/.exec(at.symbol ?? '') ?? [];
        const isOn = capture.at('EnableCapture').boolean ?? capture.at('EnableCapture').isMissing;
        if (path === undefined || !isOn) continue;
        const resource = `arn:aws:s3:::${path.replace(/\/$/, '')}/object`;
        const roles = rolesWithout(subject, config, { action: 's3:PutObject', resource });
        if (roles.length === 0 || mayBucketGrant(subject, resource)) continue;
        yield { at, message: `${namesOf(roles)} does not allow s3:PutObject on ${String(at.shown)}` };
      }
    },
  },
];

/** Whether a bucket's own policy lets somebody write: it may be the role. */
function mayBucketGrant({ set }: Subject, resource: string): boolean {
  return set
    .ofType('AWS::S3::BucketPolicy')
    .map((policy) => set.properties(policy).at('PolicyDocument'))
    .some((document) => documentGrant(set, document, { action: 's3:PutObject', resource }) !== 'no');
}
