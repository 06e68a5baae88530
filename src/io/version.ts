/** The version of this package, as its package.json states it; files name it as their writer. */
export const VERSION = '0.1.0'
