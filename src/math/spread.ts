/**
 * When numbers that should be scaled to standard deviation 1 count as all equal.
 */

/**
 * A standard deviation of at most this times the numbers' magnitude is rounding, and nothing is divided by
 * it: scaled to 1, it would only show noise. Rounding is about 1e-16 of the magnitude per operation, and sums
 * add up many.
 */
export const FLAT_SPREAD = 1e-13
