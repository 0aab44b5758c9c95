// The command line, which at its end sends its parent what the process has used, its threads included.
process.on('exit', () => process.send?.(process.resourceUsage()));
await import('../../dist/src/cli.js');
process.channel?.unref();
