/** The mean of an array of numbers; NaN if it is empty. */
export const mean = (x) => x.reduce((sum, each) => sum + each, 0) / x.length
