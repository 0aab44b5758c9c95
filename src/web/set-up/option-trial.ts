/** Options as the settings file gives them to a type of provider, secrets and all. */
export type ProviderOptions = Readonly<Record<string, string | number | boolean>>;

/** Whether a type of provider takes options. Nothing is connected to. */
export abstract class OptionTrial {
  /** What is wrong with them, never their values; null: nothing is. The secrets named are not known yet and are stood in for. */
  abstract refusal(type: string, options: ProviderOptions, secrets: readonly string[]): string | null;
}
