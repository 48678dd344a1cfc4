// The whole audit: the same bytes for the same commit, within limits, on repositories of every sort.
// Never in here: single rules; those have cases of their own.
import { appendFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { reportResultSchema } from '../../examples/audit/report.ts'
import { memoryDesk } from './support/memory-desk.ts'
import { gitIn, repository, temporary, writeFiles } from './support/repository.ts'
import type { Files } from './support/repository.ts'
import { runPlan } from './support/run-plan.ts'

const bytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value))
const swallow = 'try { g() } catch {}\n'

const project: Files = {
  'README.md': '# Project\n\n[guide](docs/gone.md)\n',
  'package.json': '{"name":"project","dependencies":{"zod":"*"}}',
  'src/index.ts': "import './a.ts'\nexport const f = (x: string) => eval(x)\n",
  'src/a.ts': `import './index.ts'\n${swallow}`,
  'test/a.test.ts': "import '../src/a.ts'\n",
  Dockerfile: 'FROM node\n',
}

describe('the report of a commit', () => {
  test('is the same bytes each time, whatever happens in the work tree', async () => {
    const repo = repository(project)
    const first = await runPlan(repo)
    appendFileSync(join(repo, 'src/a.ts'), swallow.repeat(10))
    writeFiles(repo, { 'src/new.ts': swallow, 'README.md': null })
    gitIn(repo, ['add', '-A'])
    const second = await runPlan(repo)
    expect(second.markdown).toBe(first.markdown)
    expect(second.json).toBe(first.json)
  })

  test('is the same from a clone of another name in another place', async () => {
    const repo = repository(project)
    const clone = join(temporary(), 'elsewhere')
    gitIn(repo, ['clone', '-q', '--bare', repo, clone])
    expect((await runPlan(clone)).markdown).toBe((await runPlan(repo)).markdown)
  })

  test('does not depend on the order in which the summaries arrive', async () => {
    const { inputs, outputs, json } = await runPlan(repository(project))
    const { buildReport, renderReport } = await import('../../examples/audit/report.ts')
    const { inventory, summaries } = inputs.get('report') as { inventory: unknown; summaries: unknown[] }
    const { heard } = reportResultSchema.parse(outputs.get('report'))
    const turned = buildReport({ inventory, summaries: summaries.toReversed() }, heard)
    expect(renderReport(turned).json).toBe(json)
  })

  test('changes when the commit changes', async () => {
    const repo = repository(project)
    const first = await runPlan(repo)
    writeFiles(repo, { 'src/a.ts': 'export {}\n' })
    gitIn(repo, ['commit', '-q', '-a', '-m', 'mend'], 2)
    const second = await runPlan(repo)
    expect(second.report.severities.medium).toBeLessThan(first.report.severities.medium)
    expect(second.markdown).not.toBe(first.markdown)
  })

  test('names the commit, every specialist, what to do first and where', async () => {
    const repo = repository(project)
    const { markdown, report } = await runPlan(repo, 'pro|ject')
    expect(markdown).toContain(`Commit \`${gitIn(repo, ['rev-parse', 'HEAD']).trim()}\``)
    expect(markdown).toContain('# Audit of pro\\|ject')
    for (const { title } of report.specialists) expect(markdown).toContain(`\n## ${title}\n`)
    expect(report.actions.map(({ rule }) => rule)).toContain('security.evaluates-text')
    expect(markdown).toContain('`src/index.ts:2`')
  })

  test('agrees with the digests that its task leaves behind', async () => {
    const { outputs, markdown, json } = await runPlan(repository(project))
    const { createHash } = await import('node:crypto')
    const digest = (text: string): string => createHash('sha256').update(text).digest('hex')
    expect(reportResultSchema.parse(outputs.get('report')).sha256).toEqual({
      markdown: digest(markdown),
      json: digest(json),
    })
  })
})

describe('limits', () => {
  test('hold when everything is wrong: outputs below 64 KiB, inputs below 256 KiB, and every finding counted', async () => {
    const names = Array.from({ length: 400 }, (_, i) => `src/${'long-directory-name/'.repeat(4)}file${i}.ts`)
    const repo = repository(Object.fromEntries(names.map(name => [name, `${swallow.repeat(40)}throw 'x'\n`])))
    const { plan, inputs, outputs, report } = await runPlan(repo)
    expect(plan.length).toBeGreaterThanOrEqual(200)
    expect(Math.max(...[...outputs.values()].map(bytes))).toBeLessThan(64 * 1024)
    expect(Math.max(...[...inputs.values()].map(bytes))).toBeLessThan(256 * 1024)
    const backend = report.specialists.find(({ role }) => role === 'backend')
    expect(backend?.rules['backend.swallowed-error']?.medium).toBe(400 * 40)
    expect(backend?.rules['backend.throw-literal']?.low).toBe(400)
    expect(backend?.notListed).toBe(400 * 41 - (backend?.findings.length ?? 0))
  }, 60_000)

  test('large, binary and badly encoded files are counted, not read', async () => {
    const { report } = await runPlan(
      repository({
        'src/large.ts': `${swallow}${'x'.repeat(1_100_000)}`,
        'src/binary.ts': new Uint8Array([1, 0, 2, 0]),
        'src/latin.ts': new Uint8Array([0x2f, 0x2f, 0xe4, 0x0a]),
        'src/fine.ts': swallow,
      }),
    )
    const backend = report.specialists.find(({ role }) => role === 'backend')
    expect(backend?.rules).toHaveProperty(['backend.swallowed-error', 'medium'], 1)
    for (const reason of ['binary', 'not UTF-8', 'too large'])
      expect(backend?.skipped[reason]).toBeGreaterThan(0)
  })
})

describe('odd repositories', () => {
  test.each<[string, Files]>([
    ['empty', {}],
    ['of one empty file', { x: '' }],
    [
      'of broken files',
      {
        'a.ts': 'export const = {',
        'b.py': 'def (:',
        'package.json': '{',
        'tsconfig.json': '[]',
        '.github/workflows/c.yml': ':\n\t- {',
        'd.html': '<a <b',
        'e.md': '[x](',
        Dockerfile: '\u0001',
        'f.css': '}{',
      },
    ],
    [
      'of languages without a parser',
      { 'a.zig': 'fn f() void {}', 'b.hs': 'main = pure ()', 'c.unknown': '?', 'd.lua': 'x = 1' },
    ],
  ])('%s: there is a report', async (_, files) => {
    const { report, markdown } = await runPlan(repository(files))
    expect(report.inventory.files).toBe(Object.keys(files).length)
    expect(markdown).toContain('## Scores')
  })

  test('names with spaces, quotes, pipes, backticks, line breaks and other scripts stay one cell of the table', async () => {
    const names = [
      'src/a b.ts',
      'src/"q".ts',
      'src/p|q.ts',
      'src/t`i``c.ts',
      'src/l\nb.ts',
      'src/ü/文.ts',
      'src/<img src=x>.ts',
      'src/-rf.ts',
      'src/[x](y).ts',
    ]
    const { report, markdown } = await runPlan(
      repository(Object.fromEntries(names.map((name, i) => [name, `\n${swallow}// ${i}\n`]))),
    )
    const found = report.specialists
      .flatMap(({ findings }) => findings)
      .filter(({ rule }) => rule === 'backend.swallowed-error')
    expect(new Set(found.map(({ file }) => file))).toEqual(new Set(names))
    const rows = markdown.split('\n').filter(line => line.includes('`swallowed-error` |'))
    expect(rows.length).toBeGreaterThan(0)
    for (const row of rows) expect(row.replaceAll('\\|', '').split('|')).toHaveLength(6)
    expect(markdown).not.toMatch(/^[^`]*<img/m)
  })

  test('symbolic links are counted, not followed', async () => {
    const repo = repository({ 'src/a.ts': swallow })
    symlinkSync('a.ts', join(repo, 'src/link.ts'))
    symlinkSync('/etc', join(repo, 'outside'))
    gitIn(repo, ['add', '-A'])
    gitIn(repo, ['commit', '-q', '-m', 'links'], 2)
    const { report } = await runPlan(repo)
    expect(report.inventory).toMatchObject({ files: 1, symlinks: 2 })
    expect(report.specialists[0]?.rules['backend.swallowed-error']?.medium).toBe(1)
  })

  test('an audit that is told to stop stops', async () => {
    const repo = repository(project)
    const { auditTasks } = await import('../../examples/audit/tasks.ts')
    const task = auditTasks.find(({ name }) => name === 'backend.errors')
    const input = { commit: gitIn(repo, ['rev-parse', 'HEAD']).trim(), bytes: 10_000, part: 0, of: 1 }
    await expect(
      task?.run(input, { repo, signal: AbortSignal.abort(), desk: memoryDesk(repo) }),
    ).rejects.toThrow(/abort/i)
  })
})
