export interface ConfusionView {
  /** Class indices shown, in the order of the matrix. */
  readonly shown: readonly number[];
  readonly total: number;
  readonly rows: readonly { readonly index: number; readonly support: number; readonly cells: readonly { readonly count: number; readonly share: number }[] }[];
}

/** A matrix that a page can show: of many classes only those that take part in the most mistakes. Shares are of the row's images. */
export function confusionView(matrix: readonly (readonly number[])[], limit: number): ConfusionView {
  const mistakes = matrix.map((row, index) => {
    const missed = row.reduce((sum, count, column) => sum + (column === index ? 0 : count), 0);
    const wronglySaid = matrix.reduce((sum, other, from) => sum + (from === index ? 0 : (other[index] ?? 0)), 0);
    return { index, mistakes: missed + wronglySaid };
  });
  const shown = [...mistakes]
    .sort((a, b) => b.mistakes - a.mistakes || a.index - b.index)
    .slice(0, limit)
    .map((one) => one.index)
    .sort((a, b) => a - b);
  const rows = shown.map((index) => {
    const row = matrix[index] ?? [];
    const support = row.reduce((sum, count) => sum + count, 0);
    const cells = shown.map((column) => ({ count: row[column] ?? 0, share: support === 0 ? 0 : (row[column] ?? 0) / support }));
    return { index, support, cells };
  });
  return { shown, total: matrix.length, rows };
}
