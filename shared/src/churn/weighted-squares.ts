/** Row-major; the first column is the constant 1. */
export interface Design {
  rows: number;
  columns: number;
  values: Float64Array;
}

/** Lower triangle of Xᵀ·diag(weights)·X, four rows at a time: nearly all of a large fit's time is spent here. */
export function weightedSquares({ rows, columns, values }: Design, weights: Float64Array): Float64Array {
  const squares = new Float64Array(columns * columns);
  const whole = rows - (rows % 4);
  for (let i = 0; i < whole; i += 4) addFourRows(squares, values, columns, i, weights);
  for (let i = whole; i < rows; i++)
    for (let j = 0; j < columns; j++) {
      const x = (weights[i] as number) * (values[i * columns + j] as number);
      for (let k = 0; k <= j; k++)
        squares[j * columns + k] =
          (squares[j * columns + k] as number) + x * (values[i * columns + k] as number);
    }
  return squares;
}

function addFourRows(
  squares: Float64Array,
  values: Float64Array,
  columns: number,
  first: number,
  weights: Float64Array,
): void {
  const a = first * columns;
  const b = a + columns;
  const c = b + columns;
  const d = c + columns;
  for (let j = 0; j < columns; j++) {
    const xa = (weights[first] as number) * (values[a + j] as number);
    const xb = (weights[first + 1] as number) * (values[b + j] as number);
    const xc = (weights[first + 2] as number) * (values[c + j] as number);
    const xd = (weights[first + 3] as number) * (values[d + j] as number);
    const row = j * columns;
    for (let k = 0; k <= j; k++)
      squares[row + k] =
        (squares[row + k] as number) +
        xa * (values[a + k] as number) +
        xb * (values[b + k] as number) +
        xc * (values[c + k] as number) +
        xd * (values[d + k] as number);
  }
}
