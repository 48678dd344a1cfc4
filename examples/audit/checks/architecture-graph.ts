// The module graph as a whole: cycles, hubs, source that leans on tests, and what no test reaches.
// Never in here: parsing; the edges come from the architecture.imports tasks this one is bound to.
import { z } from 'zod'
import { check, onceSchema } from '../check.ts'
import { collector, fitting, partSchema, rules } from '../finding.ts'
import type { Collector } from '../finding.ts'
import { components, reachable, shortestCycle } from '../lang/graph.ts'
import type { Edges } from '../lang/graph.ts'
import { treeOf } from '../tree.ts'
import type { TreeFile } from '../tree.ts'
import { importsPart, moduleFiles } from './architecture-imports.ts'

const rule = rules('architecture', {
  'import-cycle': {
    severity: 'medium',
    title: 'Break the import cycles',
    advice:
      'Move what both sides need into a third module, or turn one direction into a parameter or a type.',
  },
  hub: {
    severity: 'low',
    title: 'Relieve the modules everything passes through',
    advice: 'Split it by who uses what: each change here can break everything that imports it.',
  },
  'many-imports': {
    severity: 'low',
    title: 'Divide modules that import too many others',
    advice: 'Group what it coordinates behind fewer modules.',
  },
  'imports-test-code': {
    severity: 'medium',
    title: 'Keep production code from importing test code',
    advice: 'Move the shared part into the source tree.',
  },
})

export const graphPart = partSchema.extend({
  /** Source files that no test reaches over imports: the largest first. */
  unreached: z.array(z.object({ path: z.string(), size: z.number().int() })),
  unreachedCount: z.number().int(),
  reachedCount: z.number().int(),
})

const parseEdges = (lines: readonly string[]): { all: Edges; runtime: Edges } => {
  const all = new Map<number, number[]>()
  const runtime = new Map<number, number[]>()
  for (const line of lines) {
    const [from = '', to = ''] = line.split('>')
    const targets = to.split(',')
    all.set(
      Number(from),
      targets.map(target => Number.parseInt(target, 10)),
    )
    runtime.set(Number(from), targets.filter(target => !target.endsWith('t')).map(Number))
  }
  return { all, runtime }
}

const lastTwo = (path: string): string => path.split('/').slice(-2).join('/')

const addCycles = (out: Collector, files: readonly TreeFile[], edges: Edges): void => {
  const groups = components(edges)
  out.sum('import cycles', groups.length)
  for (const group of groups) {
    if (!group.some(node => files[node]?.kind === 'source')) continue
    const names = shortestCycle(edges, group).map(node => files[node]?.path ?? '?')
    const shown = names.length > 6 ? [...names.slice(0, 5), '…', names[names.length - 1] ?? ''] : names
    const more = group.length > names.length - 1 ? ` (one of the cycles among ${group.length} files)` : ''
    const message = `${shown.map(lastTwo).join(' → ')}${more}`
    out.add(rule['import-cycle'], { file: names[0] ?? '', message, weight: group.length })
    out.peak('files in one import cycle', group.length)
  }
}

const barrel = /(^|\/)(index|mod|main|__init__|exports?|public-api)\.[a-z]+$/

const addHubs = (out: Collector, files: readonly TreeFile[], edges: Edges): void => {
  const fanIn = new Map<number, number>()
  for (const [from, targets] of edges) {
    if (files[from]?.kind !== 'source') continue
    for (const to of targets) fanIn.set(to, (fanIn.get(to) ?? 0) + 1)
  }
  files.forEach((file, node) => {
    if (file.kind !== 'source') return
    const targets = edges.get(node) ?? []
    const users = fanIn.get(node) ?? 0
    out.peak('files importing one file', users)
    out.peak('files imported by one file', targets.length)
    const at = { file: file.path, weight: users * targets.length }
    if (barrel.test(file.path)) return
    if (users >= 15 && targets.length >= 12) {
      out.add(rule.hub, { ...at, message: `imported by ${users} files and importing ${targets.length}` })
    } else if (targets.length >= 30)
      out.add(rule['many-imports'], { ...at, message: `imports ${targets.length} files of this tree` })
    for (const to of targets) {
      const target = files[to]
      if (target?.kind !== 'test') continue
      out.add(rule['imports-test-code'], {
        file: file.path,
        message: `imports \`${target.path}\`, which is test code`,
      })
    }
  })
}

export const architectureGraph = check({
  name: 'architecture.graph',
  role: 'architecture',
  about:
    'Import cycles at run time (type-only and lazy imports do not count), hubs, production code that imports test code.',
  rules: rule,
  input: onceSchema.extend({ imports: z.array(importsPart) }),
  output: graphPart,
  joins: { imports: { task: 'architecture.imports', all: true } },
  absorbs: ['architecture.imports'],
  run: async ({ bytes, imports }, context) => {
    const out = collector()
    for (const part of imports) out.absorb(part)
    const files = moduleFiles(await treeOf(context))
    const { all, runtime } = parseEdges(imports.flatMap(part => part.edges))
    const leftOut = imports.reduce((sum, part) => sum + part.edgesLeftOut, 0)
    if (leftOut > 0) out.sum('files whose imports did not fit the graph', leftOut)
    addCycles(out, files, runtime)
    addHubs(out, files, all)
    const tests = [...files.keys()].filter(node => files[node]?.kind === 'test')
    const reached = reachable(all, tests)
    const sources = [...files.entries()].filter(([, file]) => file.kind === 'source')
    const unreached = sources
      .filter(([node]) => !reached.has(node))
      .map(([, { path, size }]) => ({ path, size }))
    unreached.sort((a, b) => b.size - a.size)
    return {
      ...out.part(bytes / 2),
      unreached: fitting(unreached, bytes / 2),
      unreachedCount: unreached.length,
      reachedCount: sources.length - unreached.length,
    }
  },
})
