/** The command line of the benchmarks: what was asked for, or a text and an exit code. Runs nothing. */
import { tmpdir } from 'node:os'
import { resolve } from 'node:path'
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { choose, UnknownWorkload, WORKLOADS, type Workload } from './catalogue.ts'

export interface BenchOptions {
  readonly workloads: readonly Workload[]
  readonly runs: number
  readonly scale: number
  /** Where figures are written as JSON; absent: nowhere. */
  readonly json: string | undefined
  /** Where databases are made. */
  readonly dir: string
}

export type Invocation =
  | { readonly kind: 'run'; readonly options: BenchOptions }
  | { readonly kind: 'leave'; readonly code: 0 | 2; readonly text: string }

/** Reads the arguments that follow the script's name. */
export function parseCommand(args: readonly string[], cwd: string): Invocation {
  const printed: string[] = []
  const list = WORKLOADS.map(({ name, what }) => `  ${name}  ${what}`).join('\n')
  const command = new Command('npm run bench --')
    .description('Measures Stator, and in the same run the limits that it stands on.')
    .argument('[workloads...]', 'which ones, such as W1 W5; by default all but W9')
    .option('--json <file>', 'write the figures to a file')
    .option('--runs <n>', 'runs of each case, each in a process of its own', whole, 5)
    .option('--scale <factor>', 'sizes as a share of the full ones; figures then mean little', share, 1)
    .option('--dir <folder>', 'where databases are made; its disk is measured too', tmpdir())
    .addHelpText('after', `\nWorkloads:\n${list}`)
    .exitOverride()
    .configureOutput({ writeOut: text => printed.push(text), writeErr: text => printed.push(text) })
  try {
    command.parse([...args], { from: 'user' })
    const { json, runs, scale, dir } = command.opts<{
      json?: string
      runs: number
      scale: number
      dir: string
    }>()
    const workloads = choose(command.args)
    const file = json === undefined ? undefined : resolve(cwd, json)
    return { kind: 'run', options: { workloads, runs, scale, json: file, dir: resolve(cwd, dir) } }
  } catch (error) {
    if (error instanceof UnknownWorkload) return { kind: 'leave', code: 2, text: `error: ${error.message}\n` }
    if (!(error instanceof CommanderError)) throw error
    return { kind: 'leave', code: error.exitCode === 0 ? 0 : 2, text: printed.join('') }
  }
}

function whole(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('must be a whole number from 1.')
  return value
}

function share(text: string): number {
  const value = Number(text)
  if (!(value > 0 && value <= 1)) throw new InvalidArgumentError('must be above 0 and at most 1.')
  return value
}
