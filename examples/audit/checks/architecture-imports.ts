// The edges of the module graph, part by part, and imports that are wrong by themselves.
// Never in here: the graph as a whole; architecture-graph joins the parts.
import { z } from 'zod'
import { check, eachFile, sliceSchema } from '../check.ts'
import { collector, fitting, partSchema, rules } from '../finding.ts'
import { importsOf, resolveImport } from '../lang/imports.ts'
import { workspaceOf } from '../lang/workspace.ts'
import { treeOf } from '../tree.ts'
import type { Tree, TreeFile } from '../tree.ts'

const rule = rules('architecture', {
  'undeclared-dependency': {
    severity: 'medium',
    title: 'Declare the packages that are imported',
    advice: 'Add it to package.json: today it works only because something else installs it.',
  },
  'dangling-import': {
    severity: 'low',
    title: 'Mend imports of files that are not committed',
    advice: 'Commit the file, correct the path, or generate it before the build and say so.',
  },
})

const understood = new Set(['Python', 'C', 'C++', 'Ruby', 'Vue', 'Svelte', 'Astro'])

const applies = ({ code, kind, family, language }: TreeFile): boolean =>
  code &&
  (family === 'js' || understood.has(language)) &&
  (kind === 'source' || kind === 'test' || kind === 'example')

/** The nodes of the module graph; edges name them by their place in this list, which a commit fixes. */
export const moduleFiles = (tree: Tree): TreeFile[] => tree.files.filter(applies)

/** `from>to,to`, numbers of {@link moduleFiles}; a `t` after a number marks an edge that is gone or lazy at run time. */
export const importsPart = partSchema.extend({
  edges: z.array(z.string()),
  edgesLeftOut: z.number().int(),
})

const shaky =
  /(^|\/)(dist|build|lib|out|generated|__generated__|\.\w+)(\/|$)|\.(css|scss|less|svg|png|wasm|node|json)$|\.gen\b|\?/

export const architectureImports = check({
  name: 'architecture.imports',
  role: 'architecture',
  about:
    'Imports of JavaScript, TypeScript, Vue, Svelte, Astro, Python, C, C++ and Ruby files, resolved inside the tree ' +
    '(relative paths, tsconfig paths, workspace packages); packages imported but not declared.',
  rules: rule,
  input: sliceSchema,
  output: importsPart,
  applies,
  run: async (slice, context) => {
    const out = collector()
    const tree = await treeOf(context)
    const workspace = await workspaceOf(context)
    const place = new Map(moduleFiles(tree).map((file, i) => [file.path, i]))
    const edges: string[] = []
    await eachFile(slice, context, out, {
      applies,
      inspect: source => {
        const imports = importsOf(source)
        if (imports === undefined) return out.skipped('did not parse')
        const targets = new Map<number, boolean>()
        const reported = new Set<string>()
        for (const { specifier, line, type, lazy } of imports) {
          out.sum('imports')
          const to = resolveImport(tree, source, specifier) ?? workspace.resolve(specifier, source.path)
          const node = to === undefined ? undefined : place.get(to)
          if (node !== undefined && to !== source.path)
            targets.set(node, (targets.get(node) ?? true) && (type || lazy))
          if (
            to !== undefined ||
            source.family !== 'js' ||
            source.kind !== 'source' ||
            reported.has(specifier)
          )
            continue
          const at = { file: source.path, line }
          const missing = workspace.undeclared(specifier, source.path)
          if (missing !== undefined && !reported.has(missing)) {
            out.add(rule['undeclared-dependency'], {
              ...at,
              message: `imports \`${missing}\`, which no package.json above it declares`,
            })
            reported.add(missing)
          } else if (specifier.startsWith('.') && !shaky.test(specifier.replace(/^(?:\.{1,2}\/)+/, ''))) {
            out.add(rule['dangling-import'], {
              ...at,
              message: `imports \`${specifier}\`, which is not in the commit`,
            })
          }
          reported.add(specifier)
        }
        const to = [...targets].sort(([a], [b]) => a - b).map(([node, soft]) => `${node}${soft ? 't' : ''}`)
        if (to.length > 0) edges.push(`${place.get(source.path) ?? -1}>${to.join(',')}`)
      },
    })
    const kept = fitting(edges, slice.bytes * 0.75)
    return { ...out.part(slice.bytes / 4), edges: kept, edgesLeftOut: edges.length - kept.length }
  },
})
