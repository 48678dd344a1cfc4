/** `npm start` as its users meet it: exit codes, messages, the two files, going on and starting over. */
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { createRuntime } from 'stator'
import { sqlite } from 'stator/sqlite'
import { describe, expect, test } from 'vitest'
import { gitIn, headOf, repository, temporary, writeFiles } from '../audit/support/repository.ts'
import { runPlan } from '../audit/support/run-plan.ts'
import { plannedOf, reportIn, run, tasksOf } from './audit-process.ts'
import { bigRepository, files } from './audit-repository.ts'

const small = { 'README.md': '# Small\n', 'src/a.ts': 'export const a = 1\n' }
const bytesOf = async (repo: string): Promise<{ markdown: string; json: string }> => {
  const { markdown, json } = await runPlan(repo, basename(repo))
  return { markdown, json }
}

describe('a repository of 200 files', () => {
  test('gets the report that the plan run in memory gives, in more than 100 tasks, each run once', async () => {
    expect(Object.keys(files)).toHaveLength(200)
    const repo = bigRepository()
    const out = join(temporary(), 'new', 'out')
    const life = await run([repo, '--out', out])
    expect(life).toMatchObject({ code: 0, err: '' })
    expect(reportIn(out)).toEqual(await bytesOf(repo))
    const all = tasksOf(out)
    const tasks = plannedOf(all)
    expect(tasks.size).toBeGreaterThan(100)
    expect(new Set([...all.values()].map(task => JSON.stringify(task)))).toEqual(
      new Set([JSON.stringify({ started: 1, completed: 1, again: 0 })]),
    )
    expect(life.out).toMatch(/^Auditing .* at commit [0-9a-f]{12}/)
    expect(life.out).toContain(`audit: ${tasks.size - 1} tasks`)
    for (const percent of [50, 100]) expect(life.out).toMatch(new RegExp(`audit: ${percent} %`))
    expect(life.out.split('\n').length).toBeLessThan(40)
    expect(life.out).toContain(`The report is in ${out}: report.md, report.json.`)
  })
})

describe('the same command again', () => {
  test('says that all is done, runs nothing, and makes lost files anew', async () => {
    const repo = repository(small)
    const out = temporary()
    await run([repo, '--out', out])
    const [report, tasks] = [reportIn(out), tasksOf(out)]
    rmSync(join(out, 'report.json'))
    writeFileSync(join(out, 'report.md'), 'torn')
    const again = await run([repo, '--out', out])
    expect(again).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringMatching(/^Done already: all \d+ tasks/) as unknown,
    })
    expect(again.out).not.toContain('HEAD')
    expect(reportIn(out)).toEqual(report)
    expect(tasksOf(out)).toEqual(tasks)
  })

  test('stays with its commit when HEAD moves, and says so; --fresh audits the new one', async () => {
    const repo = repository(small)
    const out = join(repo, 'stator-audit')
    await run([repo, '--out', out])
    const report = reportIn(out)
    writeFiles(repo, { 'src/b.ts': 'export const b = 2\n' })
    gitIn(repo, ['add', 'src'])
    gitIn(repo, ['commit', '-q', '-m', 'more'], 2)
    const again = await run([repo, '--out', out])
    expect(again.out).toContain(`HEAD is ${headOf(repo).slice(0, 12)} now`)
    expect(reportIn(out)).toEqual(report)
    const fresh = await run([repo, '--out', out, '--fresh'])
    expect(fresh).toMatchObject({ code: 0, out: expect.stringMatching(/^Auditing/) as unknown })
    expect(reportIn(out)).toEqual(await bytesOf(repo))
    expect(reportIn(out)).not.toEqual(report)
  })

  test('goes on after Ctrl-C, which ends it with code 130 and interrupts nothing', async () => {
    const repo = bigRepository()
    const out = temporary()
    const stopped = await run([repo, '--out', out], { end: { at: /audit: 2\d %/, act: 'SIGINT' } })
    expect(stopped).toMatchObject({ code: 130, err: '' })
    expect(stopped.out).toMatch(/Stopped. What is done is kept; the same command goes on from here.\n$/)
    const again = await run([repo, '--out', out])
    expect(again).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Resuming: \d+ of \d+ tasks are done/) as unknown,
    })
    expect(reportIn(out)).toEqual(await bytesOf(repo))
    expect([...tasksOf(out).values()].filter(task => task.completed !== 1 || task.again > 0)).toEqual([])
  })
})

describe('what cannot be audited', () => {
  test('is refused with code 2, a reason, and no output directory', async () => {
    const folder = temporary()
    gitIn(folder, ['init', '-q'])
    const nothing = join(folder, 'absent')
    const out = join(folder, 'out')
    const cases = [
      [[nothing], `There is no ${nothing}.`],
      [[temporary()], 'is not a git repository.'],
      [[folder], 'has no commit yet.'],
      [['--bogus'], "unknown option '--bogus'"],
    ] as const
    for (const [args, reason] of cases) {
      const life = await run([...args, '--out', out])
      expect(life).toMatchObject({ code: 2, out: '', err: expect.stringContaining(reason) as unknown })
    }
    expect(existsSync(out)).toBe(false)
  })

  test('an output directory of another repository is left alone', async () => {
    const [one, other, out] = [repository(small), repository(small), temporary()]
    await run([one, '--out', out])
    const report = reportIn(out)
    const life = await run([other, '--out', out])
    expect(life).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining(`not of ${other}`) as unknown,
    })
    expect(reportIn(out)).toEqual(report)
    expect(await run([other, '--out', out, '--fresh'])).toMatchObject({ code: 0 })
  })
})

describe('a directory where another process is at work', () => {
  test('is refused with code 3, also for --fresh, and nothing is lost', async () => {
    const [repo, out] = [repository(small), temporary()]
    await run([repo, '--out', out, '--yes'])
    const owner = await createRuntime({ journal: sqlite(join(out, 'journal.db')) })
    try {
      for (const more of [[], ['--fresh']]) {
        const life = await run([repo, '--out', out, '--wait', '0', ...more])
        expect(life).toMatchObject({
          code: 3,
          err: expect.stringContaining('Another process is at work') as unknown,
        })
      }
    } finally {
      await owner.close()
    }
    expect(await run([repo, '--out', out])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Done already/) as unknown,
    })
  })

  test('is waited for', async () => {
    const [repo, out] = [repository(small), temporary()]
    const owner = await createRuntime({ journal: sqlite(join(out, 'journal.db')) })
    const life = run([repo, '--out', out, '--wait', '60'], {
      end: { at: /waiting up to 60 s/, act: () => void owner.close() },
    })
    expect(await life).toMatchObject({ code: 0, err: '' })
  })
})

describe('a repository that breaks', () => {
  const broken = (repo: string): void => {
    const tree = gitIn(repo, ['rev-parse', 'HEAD^{tree}']).trim()
    rmSync(join(repo, '.git/objects', tree.slice(0, 2), tree.slice(2)))
  }

  test('before the inventory ends the audit with code 1, now and again', async () => {
    const [repo, out] = [repository(small), temporary()]
    broken(repo)
    for (const more of [[], []]) {
      const life = await run([repo, '--out', out, ...more])
      expect(life).toMatchObject({
        code: 1,
        err: expect.stringContaining('the inventory could not be taken') as unknown,
      })
      expect(life.err).toContain('--fresh')
    }
  })

  test('in the middle ends it with code 1 and the list of what failed', async () => {
    const [repo, out] = [bigRepository(), temporary()]
    await run([repo, '--out', out], { end: { at: /audit: 2\d %/, act: 'SIGKILL' } })
    broken(repo)
    for (const attempt of [1, 2]) {
      const life = await run([repo, '--out', out])
      expect({ attempt, ...life }).toMatchObject({ attempt, code: 1, err: '' })
      expect(life.out).toMatch(/The audit failed: \d+ tasks failed in every attempt.\n {2}\S+: git/)
      expect(life.out).toMatch(/\d+ more tasks need these and did not run.\nThere is no report/)
    }
    expect(existsSync(join(out, 'report.md'))).toBe(false)
  })
})
