/**
 * The version of this package, equal to package.json's (a test compares them); files name it as their writer.
 */
export const VERSION = '0.1.0'
