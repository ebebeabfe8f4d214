/** Cookies by name; values as received, quotes included. */
export type Cookies = ReadonlyMap<string, string>

/**
 * The cookies after an answer; the last value wins, an empty one removes.
 *
 * Reads `stok="5A1C0FFE"; path=/; HttpOnly` and `zwsd="449446af";HttpOnly="1"`. Names seen are stok, zwsd and zsidn, but
 * some firmware (U50) sets another one before the login and replaces it then.
 * @param headers `Set-Cookie` headers of the answer
 */
export function takeCookies(cookies: Cookies, headers: readonly string[]): Cookies {
  const taken = new Map(cookies)
  for (const header of headers) {
    const [, name, value] = /^\s*([^=;\s]+)\s*=\s*([^;]*?)\s*(?:;|$)/.exec(header) ?? []
    if (name === undefined || value === undefined) continue
    if (unquote(value) === '') taken.delete(name)
    else taken.set(name, value)
  }
  return taken
}

/**
 * The `Cookie` header, `null` without any.
 * @param isQuoted as received. One MC7010 silently ignored its own quotes: then they are left out
 */
export function formatCookies(cookies: Cookies, isQuoted: boolean): string | null {
  if (cookies.size === 0) return null
  return [...cookies].map(([name, value]) => `${name}=${isQuoted ? value : unquote(value)}`).join('; ')
}

function unquote(value: string): string {
  return /^"(.*)"$/s.exec(value)?.[1] ?? value
}
