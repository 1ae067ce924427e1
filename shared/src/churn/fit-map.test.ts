import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decompose, inverse, logDeterminant } from "./cholesky.ts";
import { covarianceOf, fitMap } from "./fit-map.ts";
import { seededRandom } from "./random.ts";

const priorOf = (columns: number, sd: number) => ({
  mean: new Float64Array(columns),
  sd: new Float64Array(columns).fill(sd),
});

/** Rows with a constant and `columns − 1` numbers, labels by their sum. */
function example(rows: number, columns: number, seed: number) {
  const random = seededRandom(seed);
  const values = Float64Array.from({ length: rows * columns }, (_, i) =>
    i % columns === 0 ? 1 : 4 * random() - 2,
  );
  const labels = Uint8Array.from({ length: rows }, (_, row) => {
    const sum = values.subarray(row * columns, (row + 1) * columns).reduce((a, b) => a + b, -2);
    return random() < 1 / (1 + Math.exp(-sum)) ? 1 : 0;
  });
  return { design: { rows, columns, values }, labels };
}

describe("a single MAP fit", () => {
  it("stands where the slope of likelihood and prior is nothing, wherever it started", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 1, max: 7 }),
        fc.constantFrom(0.1, 1, 10),
        (rows, columns, sd) => {
          const { design, labels } = example(rows, columns, rows + columns);
          const fit = fitMap(design, labels, priorOf(columns, sd));
          const other = fitMap(design, labels, priorOf(columns, 3 * sd));
          const again = fitMap(design, labels, priorOf(columns, sd), other);
          const gradient = fit.coefficients.map((value) => -value / sd ** 2);
          for (let i = 0; i < rows; i++) {
            const row = design.values.subarray(i * columns, (i + 1) * columns);
            const logOdds = row.reduce((sum, x, j) => sum + x * (fit.coefficients[j] ?? 0), 0);
            const residual = (labels[i] ?? 0) - 1 / (1 + Math.exp(-logOdds));
            for (const [j, x] of row.entries()) gradient[j] = (gradient[j] ?? 0) + residual * x;
          }
          expect(Math.max(...gradient.map(Math.abs))).toBeLessThan(1e-3);
          for (const [j, value] of fit.coefficients.entries())
            expect(again.coefficients[j]).toBeCloseTo(value, 3);
        },
      ),
      { numRuns: 50 },
    );
  });

  it("stays finite where a feature separates lost from kept for certain", () => {
    const values = Float64Array.from([1, -5, 1, -4, 1, 4, 1, 5]);
    const fit = fitMap({ rows: 4, columns: 2, values }, Uint8Array.of(0, 0, 1, 1), priorOf(2, 1));
    expect(fit.coefficients[1]).toBeGreaterThan(0.5);
    expect(fit.coefficients.every(Number.isFinite)).toBe(true);
  });

  it("gives the evidence that adding up over the prior gives", () => {
    const design = { rows: 40, columns: 1, values: new Float64Array(40).fill(1) };
    const labels = Uint8Array.from({ length: 40 }, (_, i) => (i < 12 ? 1 : 0));
    let sum = 0;
    for (let b = -8; b <= 8; b += 0.001) {
      const p = 1 / (1 + Math.exp(-b));
      const density = Math.exp(-(b ** 2) / 2) / Math.sqrt(2 * Math.PI);
      sum += 0.001 * density * p ** 12 * (1 - p) ** 28;
    }
    expect(fitMap(design, labels, priorOf(1, 1)).logEvidence).toBeCloseTo(Math.log(sum), 1);
  });

  it("without rows is the prior", () => {
    const fit = fitMap({ rows: 0, columns: 2, values: new Float64Array() }, [], {
      mean: Float64Array.of(-1, 2),
      sd: Float64Array.of(1, 0.5),
    });
    expect([...fit.coefficients]).toEqual([-1, 2]);
    expect([...covarianceOf(fit)]).toEqual([1, 0, 0, 0.25]);
    expect(fit.logEvidence).toBeCloseTo(0, 12);
  });

  it("refuses numbers that cannot be computed with", () => {
    const values = Float64Array.of(1, Number.NaN);
    expect(() => fitMap({ rows: 1, columns: 2, values }, [1], priorOf(2, 1))).toThrow(
      /too large or too alike/,
    );
  });
});

describe("the inverse", () => {
  it("times the matrix is the identity", () => {
    const { design, labels } = example(50, 6, 3);
    const fit = fitMap(design, labels, priorOf(6, 1));
    const covariance = covarianceOf(fit);
    for (let i = 0; i < 6; i++)
      for (let j = 0; j < 6; j++) {
        let sum = i === j ? (covariance[i * 6 + j] ?? 0) : (covariance[i * 6 + j] ?? 0); // the prior's precision is 1
        for (let k = 0; k < 6; k++)
          sum += (covariance[i * 6 + k] ?? 0) * (fit.curvature[Math.max(j, k) * 6 + Math.min(j, k)] ?? 0);
        expect(sum).toBeCloseTo(i === j ? 1 : 0, 9);
      }
  });

  it("is refused for a matrix that is not positive definite", () => {
    expect(decompose(Float64Array.of(1, 0, 2, 1), 2)).toBe(false);
    const root = Float64Array.of(4, 0, 2, 3);
    expect(decompose(root, 2)).toBe(true);
    expect(Math.exp(logDeterminant(root, 2))).toBeCloseTo(8, 12);
    expect([...inverse(root, 2)].map((x) => Math.round(x * 1e9) / 1e9)).toEqual([0.375, -0.25, -0.25, 0.5]);
  });
});
