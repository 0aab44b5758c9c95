export type {
  Capabilities,
  OptionDescriptor,
  ProviderDescriptor,
  TtlRule,
  TxtRule,
  TxtTrait,
} from '../ports/provider-descriptor.js';
