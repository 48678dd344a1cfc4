// The command line of the audit: what was asked for, or a clear message and exit code 2.
// Never in here: running anything. Parsing and looking at the repository is all this does.
import { statSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { git, GitError } from './git.ts'

export interface AuditOptions {
  /** The directory to audit, absolute; not yet looked at. */
  path: string
  /** Where journal and reports go, absolute. */
  out: string
  fresh: boolean
  /** Tasks that each specialist does at a time. */
  concurrency: number
  /** Seconds to wait for another process that works in `out`. */
  wait: number
  /** Publish the report without asking. */
  yes: boolean
}

/** What to do: run, or print a text and leave with a code. */
export type Invocation = { kind: 'run'; options: AuditOptions } | { kind: 'leave'; code: 0 | 2; text: string }

/** A mistake of the caller: its message is for people, its exit code is 2. */
export class UsageError extends Error {
  readonly exitCode = 2
  constructor(message: string) {
    super(message)
    this.name = 'UsageError'
  }
}

/** This project's own checkout. */
export const ownCheckout = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..')

/** Whoever gives the command, by the name that the system has for them. */
export const userIn = (env: NodeJS.ProcessEnv): string =>
  [env['USER'], env['LOGNAME'], env['USERNAME']].find(name => name !== undefined && name !== '') ?? 'cli'

const positive = (text: string): number => {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > 64)
    throw new InvalidArgumentError('must be a whole number from 1 to 64.')
  return value
}

const seconds = (text: string): number => {
  const value = Number(text)
  if (text.trim() === '' || !(value >= 0 && value <= 3600))
    throw new InvalidArgumentError('must be a number from 0 to 3600.')
  return value
}

/** Reads the arguments that follow the script's name. */
export const parseCommand = (args: readonly string[], cwd: string): Invocation => {
  const printed: string[] = []
  const command = new Command('npm start --')
    .description('Audit a git repository with a crew of eight specialist agents.')
    .argument('[path]', 'a git repository; by default this project')
    .option('-o, --out <dir>', 'where the journal, report.md and report.json go', './stator-audit')
    .option('--fresh', 'start over instead of continuing what is in the output directory', false)
    .option('-c, --concurrency <n>', 'tasks that each specialist does at a time, 1 to 64', positive, 4)
    .option('-y, --yes', 'publish the report without asking', false)
    .option('-w, --wait <seconds>', 'how long to wait for another process in the same directory', seconds, 10)
    .addHelpText(
      'after',
      '\nKilled at any moment, the same command continues: no finished task runs again.' +
        '\nExit codes: 0 done, 1 failed, 2 cannot be audited, 3 another process is at work, 4 withdrawn, as somebody said no,' +
        ' 130 stopped by Ctrl-C.',
    )
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeOut: text => printed.push(text), writeErr: text => printed.push(text) })
  try {
    command.parse([...args], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return { kind: 'leave', code: error.exitCode === 0 ? 0 : 2, text: printed.join('') }
  }
  const { out, ...rest } = command.opts<Omit<AuditOptions, 'path'>>()
  const [path] = command.args
  const options = { path: resolve(cwd, path ?? ownCheckout), out: resolve(cwd, out), ...rest }
  return { kind: 'run', options }
}

export interface Repository {
  /** Where git is run: the top of the work tree, or the bare repository. */
  root: string
  name: string
  /** The commit that HEAD names now. */
  head: string
}

/** The repository that the path lies in; a {@link UsageError} when there is nothing to audit. */
export const findRepository = async (path: string): Promise<Repository> => {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) throw new UsageError(`There is no ${path}. Give the path of a git repository.`)
  if (!found.isDirectory())
    throw new UsageError(`${path} is not a directory. Give the path of a git repository.`)
  const ask = async (args: readonly string[], otherwise: string): Promise<string> => {
    try {
      return (await git(path, args)).toString('utf8').replace(/\n$/, '')
    } catch (error) {
      if (!(error instanceof GitError)) throw error
      // What git says of ownership and the like helps more than our guess.
      throw new UsageError(
        /not a git repository|Needed a single revision/i.test(error.said)
          ? otherwise
          : `${otherwise} git says: ${error.said}`,
      )
    }
  }
  const nothing = `${path} is not a git repository. Give the path of one, or run git init and commit there.`
  const bare = (await ask(['rev-parse', '--is-bare-repository'], nothing)) === 'true'
  const root = await ask(['rev-parse', bare ? '--absolute-git-dir' : '--show-toplevel'], nothing)
  const head = await ask(
    ['rev-parse', '--verify', 'HEAD^{commit}'],
    `${path} has no commit yet. The audit reads what is committed.`,
  )
  const name = basename(root) === '.git' ? basename(dirname(root)) : basename(root).replace(/\.git$/, '')
  return { root, name, head }
}
