// Loaded into the bridge together with --expose-gc: SIGUSR2 makes it write "heap <bytes>", garbage not counted.
process.on('SIGUSR2', () => {
  globalThis.gc()
  process.stderr.write(`heap ${process.memoryUsage().heapUsed}\n`)
})
