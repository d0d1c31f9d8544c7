/** Groups rows by the key that `toPair` returns for each, keeping their order. */
export function groupRows<Row, Value>(
  rows: readonly Row[],
  toPair: (row: Row) => [key: string, value: Value],
): Map<string, Value[]> {
  const groups = new Map<string, Value[]>();
  for (const row of rows) {
    const [key, value] = toPair(row);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return groups;
}
