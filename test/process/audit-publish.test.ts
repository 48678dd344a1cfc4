/**
 * What becomes of the report: published once, after somebody said yes; withdrawn after a no; left open where nobody can be asked. And the
 * same command goes on after a kill at any bad moment.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { agent, createRuntime, task } from 'stator'
import { sqlite } from 'stator/sqlite'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { headOf, repository, temporary } from '../audit/support/repository.ts'
import { runPlan } from '../audit/support/run-plan.ts'
import { historyOf, publishedIn, reportIn, run, tasksOf } from './audit-process.ts'
import type { RunOptions } from './audit-process.ts'

const small = { 'README.md': '# Small\n', 'src/a.ts': 'export const a = 1\n' }
const reports = ['report.md', 'report.json']

const place = (): { repo: string; out: string; command: string[] } => {
  const [repo, out] = [repository(small), temporary()]
  return { repo, out, command: [repo, '--out', out] }
}

const bytesOf = async (repo: string): Promise<{ markdown: string; json: string }> => {
  const { markdown, json } = await runPlan(repo, basename(repo))
  return { markdown, json }
}

const isThere = (out: string): boolean[] => reports.map(name => existsSync(join(out, name)))

/** How an actor stands, by what the journal says last of it. */
const lastOf = (out: string, actor: string): string | null | undefined =>
  historyOf(out).findLast(({ to }) => to === actor)?.toState

const goesOn = async (repo: string, out: string, command: string[]): Promise<void> => {
  expect(await run([...command, '--yes'])).toMatchObject({ code: 0, err: '' })
  expect(reportIn(out)).toEqual(await bytesOf(repo))
  expect(publishedIn(out)).toHaveLength(1)
  expect([...tasksOf(out)].filter(([, { completed, again }]) => completed !== 1 || again !== 0)).toEqual([])
}

describe('--yes', () => {
  test('publishes at once, in the name of whoever gave the command, and says so ever after', async () => {
    const { repo, out, command } = place()
    const life = await run([...command, '--yes'])
    expect(life).toMatchObject({ code: 0, err: '' })
    expect(life.out).toMatch(
      /report\.md, report\.json\.\nPublished: approved by grace, see published\.json\.\n$/,
    )
    expect(reportIn(out)).toEqual(await bytesOf(repo))
    const entries = publishedIn(out)
    expect(entries).toMatchObject([{ commit: headOf(repo), by: 'grace', note: null }])
    const again = await run(command)
    expect(again).toMatchObject({ code: 0, err: '' })
    expect(again.out).toMatch(/^Done already[^]*Published: approved by grace/)
    expect(publishedIn(out)).toEqual(entries)
  })

  test('given to two processes at once publishes once, and both say so', async () => {
    const { out, command } = place()
    const both = await Promise.all([1, 2].map(() => run([...command, '--yes', '--wait', '60'])))
    for (const life of both) {
      expect(life).toMatchObject({ code: 0, err: '' })
      expect(life.out).toContain('Published: approved by grace')
    }
    expect(publishedIn(out)).toHaveLength(1)
  })
})

describe('where nobody can be asked', () => {
  test('the report is there, the question stays open, and is answered by a later command', async () => {
    const { repo, out, command } = place()
    for (const begins of [/^Auditing/, /^Done already/]) {
      const life = await run(command)
      expect(life).toMatchObject({ code: 0, err: '' })
      expect(life.out).toMatch(begins)
      expect(life.out).toMatch(/not published yet.*--yes/)
      expect(lastOf(out, 'gate/publish/approve')).toBe('open')
      expect(publishedIn(out)).toEqual([])
    }
    const report = reportIn(out)
    expect(report).toEqual(await bytesOf(repo))
    writeFileSync(join(out, 'report.md'), 'torn')
    expect(await run(command, { says: 'yes' })).toMatchObject({ code: 0, err: '' })
    expect(publishedIn(out)).toMatchObject([{ by: 'ada', note: 'well done' }])
    expect(reportIn(out)).toEqual(report)
  })
})

describe('a no', () => {
  test('withdraws the report with code 4, for ever; --fresh begins anew', async () => {
    const { repo, out, command } = place()
    const life = await run(command, { says: 'no' })
    expect(life).toMatchObject({ code: 4, err: '' })
    expect(life.out).toContain('Withdrawn: ada said no: too early.')
    expect(isThere(out)).toEqual([false, false])
    const again = await run([...command, '--yes'])
    expect(again).toMatchObject({ code: 4, err: '' })
    expect(again.out).toContain('Withdrawn: ada said no: too early.')
    expect(lastOf(out, 'workflow/publish')).toBe('compensated')
    expect([isThere(out), publishedIn(out)]).toEqual([[false, false], []])
    expect(await run([...command, '--fresh', '--yes'])).toMatchObject({ code: 0, err: '' })
    expect(reportIn(out)).toEqual(await bytesOf(repo))
  })
})

describe('killed', () => {
  test.each<[string, RunOptions]>([
    ['as it begins to write', { says: 'yes', dies: 'before renameSync report.md' }],
    ['between its two files', { says: 'yes', dies: 'before renameSync report.json' }],
    ['when both are written', { says: 'yes', dies: 'after renameSync report.json' }],
    ['as it announces', { says: 'yes', dies: 'before renameSync published.json' }],
    ['when it has announced', { says: 'yes', dies: 'after renameSync published.json' }],
  ])('%s, with the lock on the report, the same command goes on, and publishes once', async (_, how) => {
    const { repo, out, command } = place()
    expect(await run(command, how)).toMatchObject({ code: null, err: '' })
    expect(lastOf(out, 'lock/report')).toBe('held')
    await goesOn(repo, out, command)
  })

  test.each<[string, RunOptions]>([
    ['while somebody is asked', { end: { at: /The report is in/, act: 'SIGKILL' }, says: 'waits' }],
    ['between the report and the answer', { end: { at: /The report is in/, act: 'SIGKILL' }, says: 'yes' }],
  ])('%s, the same command goes on, and publishes once', async (_, how) => {
    const { repo, out, command } = place()
    expect(await run(command, how)).toMatchObject({ err: '' })
    await goesOn(repo, out, command)
  })

  test.each(['before rmSync report.md', 'after rmSync report.md', 'after rmSync report.json'])(
    'in the middle of withdrawing, %s, the same command withdraws the rest',
    async dies => {
      const { out, command } = place()
      expect(await run(command, { says: 'no', dies })).toMatchObject({ code: null, err: '' })
      expect(lastOf(out, 'lock/report')).toBe('held')
      const again = await run([...command, '--yes'])
      expect(again).toMatchObject({ code: 4, err: '' })
      expect(again.out).toContain('Withdrawn: ada said no: too early.')
      expect([isThere(out), publishedIn(out)]).toEqual([[false, false], []])
    },
  )
})

describe('what stands in the way', () => {
  test('a published.json of others is left alone, the report is withdrawn, and tried again by the same command', async () => {
    const { repo, out, command } = place()
    const file = join(out, 'published.json')
    writeFileSync(file, '{}')
    const life = await run([...command, '--yes'])
    expect(life).toMatchObject({ code: 1, err: '' })
    expect(life.out).toMatch(/could not be published, .*move it out of the way/)
    expect(readFileSync(file, 'utf8')).toBe('{}')
    rmSync(file)
    expect(await run([...command, '--yes'])).toMatchObject({ code: 0, err: '' })
    expect(reportIn(out)).toEqual(await bytesOf(repo))
    expect(publishedIn(out)).toHaveLength(1)
  })

  test('a directory of a version before this is refused with code 1 and a way out', async () => {
    const { repo, out, command } = place()
    const before = task('inventory', { input: z.json(), output: z.json(), role: 'architecture' })
    const runtime = await createRuntime({
      journal: sqlite(join(out, 'journal.db')),
      agents: [agent('old', { role: 'architecture' }).handle(before, () => null)],
    })
    await runtime.submit(before, {}, { id: 'inventory', metadata: { repository: repo } })
    await runtime.close()
    for (const more of [[], ['--yes']]) {
      const life = await run([...command, ...more])
      expect(life).toMatchObject({ code: 1, out: '' })
      expect(life.err).toMatch(/another version of these checks began. Start over with --fresh/)
    }
    expect(await run([...command, '--fresh', '--yes'])).toMatchObject({ code: 0, err: '' })
  })
})
