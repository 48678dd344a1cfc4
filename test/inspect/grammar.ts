/** The part of Mermaid's stateDiagram-v2 that drawings use, and what is wrong with one. Mermaid 11 itself has parsed drawings of it. */
const TEXT = String.raw`(?:[\p{L}\p{N} .,'()[\]/=+_-]|#\d+;)+`
const ID = String.raw`s(?:_[\w]+)+`
const LINES = [
  /^stateDiagram-v2$/,
  new RegExp(String.raw`^\s+\[\*\] --> ${ID}$`),
  new RegExp(String.raw`^\s+${ID} --> \[\*\](?: : ${TEXT})?$`, 'u'),
  new RegExp(String.raw`^\s+state "${TEXT}" as ${ID}$`, 'u'),
  new RegExp(String.raw`^\s+state ${ID} \{$`),
  /^\s+(\}|--)$/,
  new RegExp(String.raw`^\s+${ID} : ${TEXT}$`, 'u'),
  new RegExp(String.raw`^\s+${ID} --> ${ID}(?: : ${TEXT})?$`, 'u'),
]

/** Lines that Mermaid does not take; and brackets that do not close. */
export function unfit(lines: readonly string[]): string[] {
  const wrong = lines.filter(line => !LINES.some(pattern => pattern.test(line)))
  const opened = lines.filter(line => line.endsWith('{')).length
  const closed = lines.filter(line => line.trim() === '}').length
  return opened === closed ? wrong : [...wrong, `${opened} { and ${closed} }`]
}

export const declaredIn = (lines: readonly string[]): string[] =>
  lines.flatMap(line => / as (\S+)$/.exec(line)?.[1] ?? [])

/** States that are declared twice, and those that have an arrow without being declared. */
export function misdrawn(lines: readonly string[]): string[] {
  const declared = declaredIn(lines)
  const twice = declared.filter((id, index) => declared.indexOf(id) !== index)
  const drawn = lines.flatMap(line => /^\s+(\S+) --> (\S+)/.exec(line)?.slice(1) ?? [])
  const known = new Set(declared)
  return [...twice, ...drawn.filter(id => id !== '[*]' && !known.has(id))]
}
