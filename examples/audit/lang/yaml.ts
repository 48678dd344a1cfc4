// YAML documents with the lines their keys stand on.
// Never in here: rules about workflows, compose files or manifests.
import { isMap, isScalar, isSeq, LineCounter, parseAllDocuments } from 'yaml'
import type { Node as YamlNode, YAMLMap } from 'yaml'

export interface YamlFile {
  roots: (YamlNode | null)[]
  line(node: YamlNode | null | undefined): number
}

/** The documents of a file, or `undefined` when one of them is not YAML. */
export const parseYaml = (text: string): YamlFile | undefined => {
  const counter = new LineCounter()
  const documents = parseAllDocuments(text, { lineCounter: counter, logLevel: 'silent', uniqueKeys: false })
  if (!Array.isArray(documents)) return undefined
  if (documents.some(document => document.errors.length > 0)) return undefined
  return {
    roots: documents.map(document => document.contents as YamlNode | null),
    line: node => counter.linePos(node?.range?.[0] ?? 0).line,
  }
}

const asMap = (node: unknown): YAMLMap | undefined => (isMap(node) ? node : undefined)

/** The value under a path of keys. */
export const at = (node: YamlNode | null | undefined, ...path: string[]): YamlNode | null | undefined => {
  let current: unknown = node
  for (const key of path) current = asMap(current)?.get(key, true)
  return current as YamlNode | null | undefined
}

export const has = (node: YamlNode | null | undefined, key: string): boolean => asMap(node)?.has(key) ?? false

/** The pairs of a map; anything else has none. */
export const entries = (
  node: YamlNode | null | undefined,
): { key: string; value: YamlNode | null; node: YamlNode }[] =>
  (asMap(node)?.items ?? []).flatMap(pair =>
    isScalar(pair.key)
      ? [{ key: String(pair.key.value), value: pair.value as YamlNode | null, node: pair.key }]
      : [],
  )

export const items = (node: YamlNode | null | undefined): YamlNode[] =>
  isSeq(node) ? (node.items as YamlNode[]) : []

/** The text of a scalar: strings, numbers and booleans as written values. */
export const scalar = (node: YamlNode | null | undefined): string | undefined =>
  isScalar<string | number | boolean | null>(node) && node.value !== null ? String(node.value) : undefined
