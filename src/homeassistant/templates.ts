/**
 * Templates in Jinja, as Home Assistant renders them: `none` is told as "unknown", and a key that the payload lacks is a warning in
 * its log for every entity and message.
 */

/** A value of the payload. @param path such as `signal.rsrp_dbm`, all of whose objects are always there */
export function path(path: string): string {
  return `{{ value_json.${path} }}`
}

/** A value in a group that may be `null` as a whole. */
export function pathIn(group: string, path: string): string {
  return `{{ value_json.${group}.${path} if value_json.${group} else none }}`
}

/** `ON` or `OFF`; unknown while a value is. @param value expression that `none` makes unknown @param condition expression */
export function onOff(value: string, condition = value): string {
  return `{{ none if ${value} is none else 'ON' if ${condition} else 'OFF' }}`
}

/**
 * A text as a state: at most 255 characters, or Home Assistant drops all of it; unknown where there is none, because an empty
 * state would be ignored and leave the one before.
 */
export function cut(value: string): string {
  return `{{ ((${value} or '') | trim)[:255] or none }}`
}

/** One of the listed words, else unknown: Home Assistant complains of any other. */
export function oneOf(value: string, words: readonly string[]): string {
  return `{{ ${value} if ${value} in [${words.map(literal).join(', ')}] else none }}`
}

/** Attributes as JSON. @param entries expressions by name */
export function attributes(entries: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(entries).map(([name, value]) => `${literal(name)}: ${value}`)
  return `{{ {${pairs.join(', ')}} | tojson }}`
}

/** A text in a template, whatever characters it has. */
export function literal(text: string): string {
  return text.includes("'") || text.includes('\\') ? JSON.stringify(text) : `'${text}'`
}
