import type { ColumnSchema, ColumnType, DatasetSchemaDocument } from '../../protocol/dataset';

export function column(name: string, type: ColumnType, more: Partial<ColumnSchema> = {}): ColumnSchema {
  return { name, type, required: false, personal: false, severity: 'reject', ...more };
}

export function schemaOf(
  columns: readonly ColumnSchema[],
  more: Partial<DatasetSchemaDocument> = {},
): DatasetSchemaDocument {
  return { columns, key: [], keySeverity: 'reject', group: [], ...more };
}
