// The plan: enough tasks, never too many, in an order that works, and the same each time.
// Never in here: running what is planned.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checks } from '../../examples/audit/checks.ts'
import { sliceOf } from '../../examples/audit/check.ts'
import type { Inventory } from '../../examples/audit/inventory.ts'
import { kindOf, languageOf } from '../../examples/audit/languages.ts'
import { mostTasks, planAudit } from '../../examples/audit/plan.ts'
import { roles } from '../../examples/audit/roles.ts'
import { auditTasks } from '../../examples/audit/tasks.ts'

const inventoryOf = (paths: readonly string[]): Inventory => {
  const files = paths.map(path => {
    const { name, family, code } = languageOf(path)
    return { path, hash: '', size: 1_000, mode: '100644', language: name, family, code, kind: kindOf(path) }
  })
  const applicable: Record<string, number> = {}
  for (const { name, applies } of checks)
    if (applies !== undefined) applicable[name] = files.filter(applies).length
  return {
    repository: 'x',
    commit: 'c'.repeat(40),
    date: '2024-01-01T00:00:00Z',
    files: files.length,
    bytes: 1_000 * files.length,
    symlinks: 0,
    submodules: 0,
    shallow: false,
    languages: [],
    kinds: {},
    applicable,
  }
}

const named = (count: number, name: (i: number) => string): string[] =>
  Array.from({ length: count }, (_, i) => name(i))

describe('a repository of 200 files gives at least 100 tasks', () => {
  test.each([
    ['TypeScript', (i: number) => `src/a${i}.ts`],
    ['Python', (i: number) => `pkg/a${i}.py`],
    ['Markdown', (i: number) => `docs/a${i}.md`],
    ['text', (i: number) => `a${i}.txt`],
    ['images', (i: number) => `img/a${i}.png`],
    ['no known language', (i: number) => `data/a${i}.xyz`],
    ['generated files', (i: number) => `dist/a${i}.min.js`],
    ['vendored files', (i: number) => `vendor/a${i}.c`],
  ])('of %s', (_, name) => {
    const tasks = planAudit(inventoryOf(named(200, name)))
    expect(tasks.length).toBeGreaterThanOrEqual(100)
    expect(tasks.length).toBeLessThanOrEqual(mostTasks)
  })
})

test.each([0, 1, 10, 1_000, 20_000])('%i files never give more than 400 tasks', count => {
  const tasks = planAudit(
    inventoryOf(named(count, i => `src/d${i % 50}/a${i}.${i % 3 === 0 ? 'test.ts' : 'ts'}`)),
  )
  expect(tasks.length).toBeLessThanOrEqual(mostTasks)
  expect(tasks.map(({ id }) => id)).toContain('report')
})

describe('every plan', () => {
  const paths = fc.array(
    fc.constantFrom(
      'src/a.ts',
      'b.py',
      'test/c.test.ts',
      'd.md',
      'e.png',
      '.github/workflows/f.yml',
      'g.html',
      'h',
    ),
    {
      maxLength: 300,
    },
  )

  test('names each task once, after everything it waits for, and binds only what it waits for', () => {
    fc.assert(
      fc.property(paths, list => {
        const seen = new Set<string>()
        for (const { id, after, bind } of planAudit(inventoryOf(list))) {
          expect(seen.has(id)).toBe(false)
          for (const before of after) expect(seen).toContain(before)
          for (const source of Object.values(bind ?? {}).flat()) expect(after).toContain(source)
          seen.add(id)
        }
      }),
      { numRuns: 50 },
    )
  })

  test('is the same for the same inventory', () => {
    fc.assert(
      fc.property(paths, list => {
        const inventory = inventoryOf(list)
        const again = structuredClone(inventory)
        expect(planAudit(again)).toEqual(planAudit(inventory))
      }),
      { numRuns: 20 },
    )
  })

  test('reaches the report from every task, through the summary of its specialist', () => {
    const plan = planAudit(inventoryOf(named(200, i => `src/a${i}.ts`)))
    const used = new Set(plan.flatMap(({ after }) => after))
    expect(plan.filter(({ id }) => !used.has(id)).map(({ id }) => id)).toEqual(['report'])
    expect(plan.find(({ id }) => id === 'report')?.bind).toEqual({
      summaries: roles.map(role => `${role}.summary`),
    })
  })

  test('uses only task types that exist, with ids that are safe in an address', () => {
    const plan = planAudit(inventoryOf(named(300, i => `src/a${i}.ts`)))
    const types = new Set(auditTasks.map(({ name }) => name))
    expect(plan.filter(({ task }) => !types.has(task))).toEqual([])
    expect(plan.filter(({ id }) => !/^[a-z][a-z0-9.-]*$/.test(id))).toEqual([])
  })
})

test('the parts of a list are the list', () => {
  fc.assert(
    fc.property(fc.array(fc.nat()), fc.integer({ min: 1, max: 40 }), (items, of) => {
      const parts = Array.from({ length: of }, (_, part) => sliceOf(items, { part, of }))
      expect(parts.flat()).toEqual(items)
      const sizes = parts.map(part => part.length)
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
    }),
  )
})
