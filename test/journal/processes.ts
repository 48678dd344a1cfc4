/** Starting and killing the child process of the journal tests. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export interface Child {
  /** Resolves with the lines so far once there are that many. */
  lines(count: number): Promise<string[]>
  /** SIGKILL; resolves when the process is gone, with every line that it printed. */
  kill(): Promise<string[]>
}

export function start(path: string, work: 'hold' | 'commit' | 'prune'): Child {
  const child: ChildProcess = spawn(process.execPath, [join(import.meta.dirname, 'child.ts'), path, work], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = once(child, 'close')
  const seen: string[] = []
  const waiting: { count: number; resolve: (lines: string[]) => void; reject: (error: Error) => void }[] = []
  if (child.stdout === null) throw new Error('the child has no output')
  createInterface(child.stdout).on('line', line => {
    seen.push(line)
    for (const each of waiting) if (seen.length >= each.count) each.resolve([...seen])
  })
  child.once('close', () => {
    for (const each of waiting) each.reject(new Error(`the child ended after ${seen.length} lines`))
  })
  return {
    lines: count =>
      new Promise((resolve, reject) => {
        if (seen.length >= count) resolve([...seen])
        else waiting.push({ count, resolve, reject })
      }),
    async kill() {
      child.kill('SIGKILL')
      await closed
      return seen
    },
  }
}
