#!/usr/bin/env node
/**
 * The program `trpo`: the command line with this process's words and exit code.
 */
import process from 'node:process'
import { environments } from '../envs/index.ts'
import { run } from './main.ts'

process.exitCode = await run(process.argv.slice(2), environments, 'trpo')
