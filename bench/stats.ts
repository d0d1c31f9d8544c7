/** Returns the median, or the lower of the two middle values. NaN for an empty list. */
export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** Returns the value at this quantile, by nearest rank. NaN for an empty list. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = Math.max(1, Math.ceil(share * sorted.length));
  return sorted[rank - 1] ?? Number.NaN;
}

/** Formats a number: three significant digits below 100, whole above, with thousands separators. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return "–";
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en-US");
  return String(Number(value.toPrecision(3)));
}

/** One row of the printed table. */
export type Row = {
  section: string;
  what: string;
  /** The median of the rounds, with its unit. */
  result: string;
  p50?: number;
  p99?: number;
  note?: string;
};

/** Formats the rows as a Markdown table, with p50 and p99 in milliseconds. */
export function table(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.section,
    row.what,
    row.result,
    row.p50 === undefined ? "" : formatNumber(row.p50),
    row.p99 === undefined ? "" : formatNumber(row.p99),
    row.note ?? "",
  ]);
  const lines = [["section", "what", "median", "p50 ms", "p99 ms", "note"], Array(6).fill("---"), ...cells];
  return lines.map((line) => `| ${line.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`).join("\n");
}
