/** How a property test runs: the same every time. FUZZ_SEED and FUZZ_RUNS look elsewhere, and longer. */
export function explore(runs: number): { seed: number; numRuns: number } {
  return { seed: Number(process.env.FUZZ_SEED ?? 1), numRuns: Number(process.env.FUZZ_RUNS ?? runs) };
}
