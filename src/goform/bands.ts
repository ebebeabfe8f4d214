/** Lowest downlink EARFCN of an LTE band and the first beyond it (3GPP TS 36.101 table 5.7.3-1). */
const LTE_BANDS: readonly (readonly [band: number, first: number, end: number])[] = [
  [1, 0, 600],
  [2, 600, 1200],
  [3, 1200, 1950],
  [4, 1950, 2400],
  [5, 2400, 2650],
  [6, 2650, 2750],
  [7, 2750, 3450],
  [8, 3450, 3800],
  [9, 3800, 4150],
  [10, 4150, 4750],
  [11, 4750, 4950],
  [12, 5010, 5180],
  [13, 5180, 5280],
  [14, 5280, 5380],
  [17, 5730, 5850],
  [18, 5850, 6000],
  [19, 6000, 6150],
  [20, 6150, 6450],
  [21, 6450, 6600],
  [22, 6600, 7400],
  [23, 7500, 7700],
  [24, 7700, 8040],
  [25, 8040, 8690],
  [26, 8690, 9040],
  [27, 9040, 9210],
  [28, 9210, 9660],
  [29, 9660, 9770],
  [30, 9770, 9870],
  [31, 9870, 9920],
  [32, 9920, 10360],
  [33, 36000, 36200],
  [34, 36200, 36350],
  [35, 36350, 36950],
  [36, 36950, 37550],
  [37, 37550, 37750],
  [38, 37750, 38250],
  [39, 38250, 38650],
  [40, 38650, 39650],
  [41, 39650, 41590],
  [42, 41590, 43590],
  [43, 43590, 45590],
  [44, 45590, 46590],
]

/** `B20` for the downlink channel 6300 of an LTE cell; `null` for channels beyond the first 44 bands. */
export function lteBandOf(earfcn: number): string | null {
  const row = LTE_BANDS.find(([, first, end]) => earfcn >= first && earfcn < end)
  return row === undefined ? null : `B${row[0]}`
}

/** Reads `LTE BAND 3`, `20` and `B7` as B3, B20 and B7, `n78` as it is; `null` for nothing and for band 0. */
export function parseBand(text: string): string | null {
  const trimmed = text.trim()
  const nr = /^n(\d{1,3})$/i.exec(trimmed)?.[1]
  if (nr !== undefined) return `n${Number(nr)}`
  const number = /^(?:.*\bband\s*|b)?(\d{1,2})$/i.exec(trimmed)?.[1]
  return number === undefined || Number(number) === 0 ? null : `B${Number(number)}`
}
