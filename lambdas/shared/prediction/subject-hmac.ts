import { createHmac } from 'node:crypto';

/** What stands for a subject in records: nobody finds the one by the other without the key. */
export function subjectHmac(key: string, subject: string): string {
  return createHmac('sha256', key).update(subject, 'utf8').digest('hex');
}
