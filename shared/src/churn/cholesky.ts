/** Symmetric matrices as flat row-major arrays of `size`², of which only the lower triangle is read and written. */

/** Replaces a positive definite matrix by its lower triangular root. @returns false when it is not positive definite */
export function decompose(matrix: Float64Array, size: number): boolean {
  for (let i = 0; i < size; i++) {
    const rowI = i * size;
    for (let j = 0; j <= i; j++) {
      const rowJ = j * size;
      let sum = matrix[rowI + j] as number;
      for (let k = 0; k < j; k++) sum -= (matrix[rowI + k] as number) * (matrix[rowJ + k] as number);
      if (j < i) matrix[rowI + j] = sum / (matrix[rowJ + j] as number);
      else if (sum > 0) matrix[rowI + i] = Math.sqrt(sum);
      else return false;
    }
  }
  return true;
}

/** Replaces `vector` by the solution of (root·rootᵀ) x = vector. */
export function solve(root: Float64Array, size: number, vector: Float64Array): void {
  for (let i = 0; i < size; i++) {
    let sum = vector[i] as number;
    for (let k = 0; k < i; k++) sum -= (root[i * size + k] as number) * (vector[k] as number);
    vector[i] = sum / (root[i * size + i] as number);
  }
  for (let i = size - 1; i >= 0; i--) {
    let sum = vector[i] as number;
    for (let k = i + 1; k < size; k++) sum -= (root[k * size + i] as number) * (vector[k] as number);
    vector[i] = sum / (root[i * size + i] as number);
  }
}

/** Logarithm of the determinant of root·rootᵀ. */
export function logDeterminant(root: Float64Array, size: number): number {
  let sum = 0;
  for (let i = 0; i < size; i++) sum += Math.log(root[i * size + i] as number);
  return 2 * sum;
}

/** The inverse of root·rootᵀ, both triangles filled: that of the root first, then its transpose times itself. */
export function inverse(root: Float64Array, size: number): Float64Array {
  const lower = inverseOfRoot(root, size);
  const result = new Float64Array(size * size);
  for (let k = 0; k < size; k++)
    for (let i = 0; i <= k; i++) {
      const factor = lower[k * size + i] as number;
      if (factor === 0) continue;
      for (let j = 0; j <= i; j++)
        result[i * size + j] = (result[i * size + j] as number) + factor * (lower[k * size + j] as number);
    }
  for (let i = 0; i < size; i++)
    for (let j = 0; j < i; j++) result[j * size + i] = result[i * size + j] as number;
  return result;
}

/** Lower triangular, row by row from the rows above it. */
function inverseOfRoot(root: Float64Array, size: number): Float64Array {
  const lower = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    const own = i * size;
    const diagonal = 1 / (root[own + i] as number);
    for (let k = 0; k < i; k++) {
      const factor = (root[own + k] as number) * diagonal;
      if (factor === 0) continue;
      for (let j = 0; j <= k; j++)
        lower[own + j] = (lower[own + j] as number) - factor * (lower[k * size + j] as number);
    }
    lower[own + i] = diagonal;
  }
  return lower;
}
