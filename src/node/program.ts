#!/usr/bin/env node
/**
 * The program `trpo`: the command line on this process's words, and a process that ends as its reader wishes.
 */
import process from 'node:process'
import { main } from './main.ts'

// A reader such as `head` that has seen enough is no fault, and a run goes on when nobody watches it.
process.stdout.on('error', (error) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})
process.stderr.on('error', () => {})

process.exitCode = await main(process.argv.slice(2))
