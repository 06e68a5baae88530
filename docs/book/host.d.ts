/** What the book's programs use of their host: they print. */
declare const console: { log(...words: readonly unknown[]): void }
