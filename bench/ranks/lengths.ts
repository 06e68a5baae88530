/** Numbers per exchange that the model of the cost is fitted to, and exchanges per call. */
export const LENGTHS = [1, 1000, 5000, 20_000, 80_000] as const
export const EXCHANGES = 100
