/**
 * The audit as a process of its own: started, read, killed; and what its journal says afterwards. No expectations of
 * one test live here.
 */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Signal } from 'stator'
import { readJournal } from 'stator/sqlite'
import { ownCheckout } from '../../examples/audit/cli.ts'

const main = join(ownCheckout, 'examples/audit/main.ts')
const asked = join(import.meta.dirname, 'audit-child.ts')

export interface Life {
  /** Exit code; null when a signal ended it. */
  code: number | null
  out: string
  err: string
}

export interface RunOptions {
  /** As soon as its standard output matches, it gets the signal, or something else is done. */
  end?: { at: RegExp; act: NodeJS.Signals | (() => void) }
  /** Somebody at the terminal says this; by default nobody is there. */
  says?: 'yes' | 'no' | 'waits'
  /** With somebody at the terminal: it kills itself there, such as `after renameSync report.md`. */
  dies?: string
}

/** Runs it. */
export const run = (
  args: readonly string[],
  { end, says, dies = 'never' }: RunOptions = {},
): Promise<Life> => {
  const env = { ...process.env, NO_COLOR: '1', USER: 'grace' }
  const command = says === undefined ? [main, ...args] : [asked, says, dies, ...args]
  const child = spawn(process.execPath, command, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const life: Life = { code: null, out: '', err: '' }
  let sent = false
  child.stdout.on('data', (chunk: Buffer) => {
    life.out += chunk.toString()
    if (sent || end?.at.test(life.out) !== true) return
    sent = true
    if (typeof end.act === 'string') child.kill(end.act)
    else end.act()
  })
  child.stderr.on('data', (chunk: Buffer) => void (life.err += chunk.toString()))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', code => resolve({ ...life, code }))
  })
}

/** All that happened, over all lives. */
export const historyOf = (out: string): Signal[] => {
  const journal = readJournal(join(out, 'journal.db'))
  try {
    const history: Signal[] = []
    for (;;) {
      const page = journal.query({ after: history.at(-1)?.seq ?? 0, limit: 1000 })
      history.push(...page)
      if (page.length < 1000) return history
    }
  } finally {
    journal.close()
  }
}

export interface TaskLife {
  started: number
  completed: number
  /** Starts after its completion. */
  again: number
}

/** How often each task was started and completed, by address. */
export const tasksOf = (out: string): Map<string, TaskLife> => {
  const tasks = new Map<string, TaskLife>()
  for (const { to, name } of historyOf(out)) {
    if (!to.startsWith('task/')) continue
    const task = tasks.get(to) ?? { started: 0, completed: 0, again: 0 }
    tasks.set(to, task)
    if (name === 'task.completed') task.completed++
    if (name !== 'task.started') continue
    task.started++
    if (task.completed > 0) task.again++
  }
  return tasks
}

/** Those of the plan: not the question that a specialist asks another, nor what is done with the report. */
export const plannedOf = (tasks: Map<string, TaskLife>): Map<string, TaskLife> =>
  new Map([...tasks].filter(([to]) => to === 'task/inventory' || to.startsWith('task/audit/')))

export const publishedIn = (out: string): unknown[] => {
  const file = join(out, 'published.json')
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as unknown[]) : []
}

export const reportIn = (out: string): { markdown: string; json: string } => ({
  markdown: readFileSync(join(out, 'report.md'), 'utf8'),
  json: readFileSync(join(out, 'report.json'), 'utf8'),
})
