// Which language a path is written in, and what sort of file it is: source, test, docs, generated …
// Never in here: file contents; everything is decided from the path, so that planning needs no reading.

export type Kind =
  'source' | 'test' | 'example' | 'docs' | 'config' | 'asset' | 'generated' | 'vendored' | 'other'

/** Families that share comment and string syntax. */
export type Family = 'js' | 'c' | 'hash' | 'markup' | 'none'

interface Language {
  name: string
  family: Family
  code: boolean
}

const language = (name: string, family: Family, code: boolean): Language => ({ name, family, code })
const js = (name: string): Language => language(name, 'js', true)
const c = (name: string): Language => language(name, 'c', true)
const hash = (name: string): Language => language(name, 'hash', true)

const byExtension: Readonly<Record<string, Language>> = {
  ts: js('TypeScript'),
  mts: js('TypeScript'),
  cts: js('TypeScript'),
  tsx: js('TypeScript'),
  js: js('JavaScript'),
  mjs: js('JavaScript'),
  cjs: js('JavaScript'),
  jsx: js('JavaScript'),
  vue: language('Vue', 'markup', true),
  svelte: language('Svelte', 'markup', true),
  astro: language('Astro', 'markup', true),
  py: hash('Python'),
  pyi: hash('Python'),
  rb: hash('Ruby'),
  sh: hash('Shell'),
  bash: hash('Shell'),
  zsh: hash('Shell'),
  pl: hash('Perl'),
  r: hash('R'),
  ex: hash('Elixir'),
  exs: hash('Elixir'),
  nix: hash('Nix'),
  go: c('Go'),
  rs: c('Rust'),
  java: c('Java'),
  kt: c('Kotlin'),
  kts: c('Kotlin'),
  scala: c('Scala'),
  c: c('C'),
  h: c('C'),
  cc: c('C++'),
  cpp: c('C++'),
  cxx: c('C++'),
  hpp: c('C++'),
  hh: c('C++'),
  cs: c('C#'),
  swift: c('Swift'),
  php: c('PHP'),
  dart: c('Dart'),
  zig: c('Zig'),
  m: c('Objective-C'),
  groovy: c('Groovy'),
  proto: c('Protobuf'),
  sql: language('SQL', 'none', true),
  lua: language('Lua', 'none', true),
  hs: language('Haskell', 'none', true),
  css: language('CSS', 'c', false),
  scss: language('SCSS', 'c', false),
  less: language('Less', 'c', false),
  html: language('HTML', 'markup', false),
  htm: language('HTML', 'markup', false),
  md: language('Markdown', 'none', false),
  mdx: language('MDX', 'none', false),
  markdown: language('Markdown', 'none', false),
  rst: language('reStructuredText', 'none', false),
  adoc: language('AsciiDoc', 'none', false),
  txt: language('Text', 'none', false),
  json: language('JSON', 'none', false),
  jsonc: language('JSON', 'none', false),
  yaml: language('YAML', 'hash', false),
  yml: language('YAML', 'hash', false),
  toml: language('TOML', 'hash', false),
  ini: language('INI', 'hash', false),
  xml: language('XML', 'markup', false),
  tf: language('Terraform', 'hash', false),
  graphql: language('GraphQL', 'hash', false),
  svg: language('SVG', 'markup', false),
}

const byName: Readonly<Record<string, Language>> = {
  dockerfile: language('Dockerfile', 'hash', false),
  makefile: language('Makefile', 'hash', false),
  justfile: language('Just', 'hash', false),
  rakefile: hash('Ruby'),
  gemfile: hash('Ruby'),
  jenkinsfile: c('Groovy'),
}

const unknown = language('Other', 'none', false)

export const basename = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

export const extension = (path: string): string => {
  const name = basename(path)
  const dot = name.lastIndexOf('.')
  return dot <= 0 ? '' : name.slice(dot + 1).toLowerCase()
}

/** What the path is written in; paths of no known language are `Other`. */
export const languageOf = (path: string): Language => {
  const name = basename(path).toLowerCase()
  const stem = name.split('.')[0] ?? ''
  return (
    byName[name] ??
    byExtension[extension(path)] ??
    (stem === 'dockerfile' ? byName['dockerfile'] : undefined) ??
    unknown
  )
}

const vendored =
  /(^|\/)(node_modules|vendor|vendored|third[_-]party|bower_components|\.yarn|Pods|site-packages)\//i
const generated =
  /(^|\/)(dist|build|out|coverage|\.next|__generated__|__snapshots__|generated)\/|[.-](min|bundle|generated|gen)\.(js|mjs|cjs|css|ts)$|\.(map|snap|lock|tsbuildinfo)$|_pb2?\.(py|js|ts)$|\.pb\.go$|(^|\/)(package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lockb?|go\.sum|deno\.lock)$/i
const test =
  /(^|\/)(tests?|__tests__|spec|specs|e2e|testdata|fixtures?|__fixtures__|__mocks__|cypress)\/|[._-](test|tests|spec|e2e|cy|bench)\.[a-z]+$|(^|\/)(test_[^/]*|conftest|[^/]*_test)\.(py|go|rs|rb|exs)$|[a-z0-9]Tests?\.(java|kt|cs|swift|php|scala)$/
const example = /(^|\/)(examples?|samples?|demos?|templates?|playgrounds?|bench|benches|benchmarks?)\//i
const docs =
  /(^|\/)docs?\/|\.(md|mdx|markdown|rst|adoc|txt)$|(^|\/)(license|licence|copying|notice|authors|changelog|readme)[^/]*$/i
const asset = /\.(png|jpe?g|gif|webp|avif|svg|ico|bmp|woff2?|ttf|otf|eot|mp[34]|webm|wav|ogg|pdf)$/i
const config =
  /\.(json|jsonc|ya?ml|toml|ini|cfg|conf|env|properties|tf|editorconfig)$|(^|\/)\.[^/]+$|(^|\/)(dockerfile|makefile)[^/]*$|\.config\.([\w-]+\.)?[cm]?[jt]s$/i

/** What sort of file the path names; the first that fits, from the least to the most ordinary. */
export const kindOf = (path: string): Kind => {
  if (vendored.test(path)) return 'vendored'
  if (generated.test(path)) return 'generated'
  if (asset.test(path)) return 'asset'
  if (test.test(path)) return 'test'
  if (/\.(md|mdx|markdown|rst|adoc)$/i.test(path)) return 'docs'
  if (example.test(path)) return 'example'
  if (config.test(path)) return 'config'
  if (languageOf(path).code) return 'source'
  return docs.test(path) ? 'docs' : 'other'
}
