// Publishing, in one process: what becomes of the question at the terminal, and of a withdrawal that does not work.
// Never in here: kills; test/process/audit-publish.test.ts has them.
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Asker } from '../../examples/audit/ask.ts'
import { audit } from '../../examples/audit/run.ts'
import { repository, temporary } from './support/repository.ts'

const presenter = { start: () => {}, update: () => {}, stop: () => {} }

/** The same command, for as often as it is given. */
const command = (): { out: string; give: (ask?: Asker, stop?: AbortSignal) => Promise<[number, string]> } => {
  const [repo, out] = [repository({ 'README.md': '# Small\n' }), temporary()]
  const options = { path: repo, out, fresh: false, concurrency: 4, wait: 10, yes: false }
  const give = async (ask?: Asker, stop = new AbortController().signal): Promise<[number, string]> => {
    const said: string[] = []
    const say = (text: string): void => void said.push(text)
    const code = await audit(options, { presenter, say, stop, by: 'ada', ...(ask && { ask }) })
    return [code, said.join('\n')]
  }
  return { out, give }
}

const reportsIn = (out: string): string[] => readdirSync(out).filter(name => /^report\.(md|json)$/.test(name))
const no: Asker = () => Promise.resolve({ approved: false, reason: 'too early' })

test('whoever is asked is told what is at stake; who leaves without an answer is asked again', async () => {
  const { give } = command()
  const asked: string[] = []
  const leaves: Asker = question => {
    asked.push(question)
    return Promise.resolve(undefined)
  }
  for (const _ of [1, 2]) expect(await give(leaves)).toMatchObject([0, expect.stringContaining('--yes')])
  expect(asked).toEqual(Array(2).fill('Once it is announced, it is not taken back. Publish the report?'))
})

test('whoever stops while somebody is asked leaves the question open', async () => {
  const { out, give } = command()
  const stop = new AbortController()
  const interrupted: Asker = (_, signal) => {
    stop.abort(new Error('Ctrl-C'))
    return Promise.reject(signal.reason as Error)
  }
  await expect(give(interrupted, stop.signal)).rejects.toThrow('Ctrl-C')
  expect(reportsIn(out)).toHaveLength(2)
  expect(await give(no)).toMatchObject([4, expect.stringContaining('Withdrawn: ada said no: too early.')])
})

test('a report that cannot be withdrawn is told of with code 1, until the same command can', async () => {
  const { out, give } = command()
  const blocked = join(out, 'report.md')
  const first = await give(() => {
    rmSync(blocked)
    mkdirSync(blocked)
    return no('', new AbortController().signal)
  })
  expect(first).toMatchObject([1, expect.stringMatching(/could not be withdrawn:\n {2}place: .*\n/)])
  rmSync(blocked, { recursive: true })
  expect(await give()).toMatchObject([4, expect.stringContaining('Withdrawn: ada said no: too early.')])
  expect(reportsIn(out)).toEqual([])
})
