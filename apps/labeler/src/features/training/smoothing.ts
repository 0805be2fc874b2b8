/** The strongest that the slider offers: each point then counts a twentieth. */
export const MOST_SMOOTHING = 0.95;

/**
 * An exponential moving average, corrected for its start so that the first points are not drawn towards zero.
 * 0 changes nothing. Points without a figure stay as they are, and the average goes on behind them.
 */
export function smoothed<Figure extends number | null | undefined>(figures: readonly Figure[], weight: number): readonly (Figure | number)[] {
  if (weight <= 0) return figures;
  let [sum, total] = [0, 0];
  return figures.map((figure) => {
    if (typeof figure !== 'number' || !Number.isFinite(figure)) return figure;
    sum = sum * weight + figure * (1 - weight);
    total = total * weight + (1 - weight);
    return sum / total;
  });
}

/** What a chart draws in place of the figures; undefined where it draws them themselves. */
export const drawnOf = <Figure extends number | null | undefined>(figures: readonly Figure[], weight: number): readonly (Figure | number)[] | undefined => (weight > 0 ? smoothed(figures, weight) : undefined);
