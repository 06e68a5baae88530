#!/usr/bin/env node
/**
 * The program `trpo`: the command line with this process's words, exit code and streams.
 */
import process from 'node:process'
import { main } from './main.ts'

// A reader of stdout such as `head` may leave: that is no error. Without a reader of stderr the run goes on.
process.stdout.on('error', (error) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})
process.stderr.on('error', () => {})

process.exitCode = await main(process.argv.slice(2))
