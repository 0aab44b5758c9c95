import type { Reporter, TestModule } from 'vitest/node';

/** Ends the run with one plain line, after saying loudly which tests did not run. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    let [passed, failed, skipped] = [0, errors.length, 0];
    const unrun = new Set<string>();
    for (const module of modules) {
      const tests = [...module.children.allTests()];
      if (tests.length === 0 && module.state() === 'failed') failed += 1;
      for (const test of tests) {
        const { state } = test.result();
        if (state === 'passed') passed += 1;
        else if (state === 'failed') failed += 1;
        else {
          skipped += 1;
          unrun.add(test.parent.type === 'suite' ? test.parent.fullName : test.fullName);
        }
      }
    }
    // After the default reporter's own summary, which is printed in the same moment.
    process.on('exit', () => {
      if (unrun.size > 0) console.log(`\nNOT RUN:\n${[...unrun].map((name) => `  ${name}`).join('\n')}`);
      console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
    });
  }
}
