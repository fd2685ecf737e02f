//! From the names of torchvision, timm and transformers to the one internal naming `{node_id}.{suffix}`, and back for
//! messages. Each library is a table of pairs; which one a file follows is the one that knows most of its names.

mod template;

use std::collections::BTreeMap;

use template::Template;

/// A naming of tensors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// `{node_id}.{suffix}`, as the explorer's own files have it.
    Internal,
    /// torchvision's ResNets, and timm's, which took the names over.
    TorchvisionResnet,
    /// transformers' `ResNetForImageClassification`.
    TransformersResnet,
    /// torchvision's `VisionTransformer`.
    TorchvisionVit,
    /// timm's `VisionTransformer`.
    TimmVit,
    /// transformers' `ViTForImageClassification`.
    TransformersVit,
}

/// An internal parameter inside a tensor of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InternalName {
    /// `{node_id}.{suffix}`
    pub name: String,
    /// Which third of the tensor it is, where queries, keys and values are one.
    pub third: Option<usize>,
}

/// A pair of templates: theirs and ours.
type Rule = (&'static str, &'static str);

const RESNET_INTERNAL: [Rule; 4] = [
    ("layer#.#.conv#.*", "layer#.#.conv#.*"),
    ("layer#.#.conv#.batch_norm.*", "layer#.#.conv#.batch_norm.*"),
    ("layer#.#.shortcut.*", "layer#.#.shortcut.*"),
    ("layer#.#.shortcut.batch_norm.*", "layer#.#.shortcut.batch_norm.*"),
];
const INTERNAL: [Rule; 11] = [
    ("conv1.*", "conv1.*"),
    ("conv1.batch_norm.*", "conv1.batch_norm.*"),
    ("patch_embedding.*", "patch_embedding.*"),
    ("embeddings.*", "embeddings.*"),
    ("encoder.#.@.*", "encoder.#.@.*"),
    ("encoder.#.attention_norm.*", "encoder.#.attention_norm.*"),
    ("encoder.#.attention.*", "encoder.#.attention.*"),
    ("encoder.#.mlp_norm.*", "encoder.#.mlp_norm.*"),
    ("encoder.#.mlp_hidden.*", "encoder.#.mlp_hidden.*"),
    ("encoder.#.mlp.*", "encoder.#.mlp.*"),
    ("norm.*", "norm.*"),
];
const INTERNAL_HEAD: [Rule; 1] = [("logits.*", "logits.*")];
const TORCHVISION_RESNET: [Rule; 7] = [
    ("conv1.*", "conv1.*"),
    ("bn1.*", "conv1.batch_norm.*"),
    ("layer#.#.conv#.*", "layer#.#.conv#.*"),
    ("layer#.#.bn#.*", "layer#.#.conv#.batch_norm.*"),
    ("layer#.#.downsample.0.*", "layer#.#.shortcut.*"),
    ("layer#.#.downsample.1.*", "layer#.#.shortcut.batch_norm.*"),
    ("fc.*", "logits.*"),
];
const TRANSFORMERS_RESNET: [Rule; 7] = [
    ("resnet.embedder.embedder.convolution.*", "conv1.*"),
    ("resnet.embedder.embedder.normalization.*", "conv1.batch_norm.*"),
    ("resnet.encoder.stages.#.layers.#.layer.#.convolution.*", "layer^.#.conv^.*"),
    ("resnet.encoder.stages.#.layers.#.layer.#.normalization.*", "layer^.#.conv^.batch_norm.*"),
    ("resnet.encoder.stages.#.layers.#.shortcut.convolution.*", "layer^.#.shortcut.*"),
    ("resnet.encoder.stages.#.layers.#.shortcut.normalization.*", "layer^.#.shortcut.batch_norm.*"),
    ("classifier.1.*", "logits.*"),
];
/// `mlp.linear_1` and `mlp.linear_2` are what torchvision wrote before 0.13.
const TORCHVISION_VIT: [Rule; 13] = [
    ("class_token", "embeddings.class_token"),
    ("encoder.pos_embedding", "embeddings.position"),
    ("conv_proj.*", "patch_embedding.*"),
    ("encoder.layers.encoder_layer_#.ln_1.*", "encoder.#.attention_norm.*"),
    ("encoder.layers.encoder_layer_#.self_attention.in_proj_*", "encoder.#.@.*"),
    ("encoder.layers.encoder_layer_#.self_attention.out_proj.*", "encoder.#.attention.*"),
    ("encoder.layers.encoder_layer_#.ln_2.*", "encoder.#.mlp_norm.*"),
    ("encoder.layers.encoder_layer_#.mlp.0.*", "encoder.#.mlp_hidden.*"),
    ("encoder.layers.encoder_layer_#.mlp.3.*", "encoder.#.mlp.*"),
    ("encoder.layers.encoder_layer_#.mlp.linear_1.*", "encoder.#.mlp_hidden.*"),
    ("encoder.layers.encoder_layer_#.mlp.linear_2.*", "encoder.#.mlp.*"),
    ("encoder.ln.*", "norm.*"),
    ("heads.head.*", "logits.*"),
];
const TIMM_VIT: [Rule; 11] = [
    ("cls_token", "embeddings.class_token"),
    ("pos_embed", "embeddings.position"),
    ("patch_embed.proj.*", "patch_embedding.*"),
    ("blocks.#.norm1.*", "encoder.#.attention_norm.*"),
    ("blocks.#.attn.qkv.*", "encoder.#.@.*"),
    ("blocks.#.attn.proj.*", "encoder.#.attention.*"),
    ("blocks.#.norm2.*", "encoder.#.mlp_norm.*"),
    ("blocks.#.mlp.fc1.*", "encoder.#.mlp_hidden.*"),
    ("blocks.#.mlp.fc2.*", "encoder.#.mlp.*"),
    ("norm.*", "norm.*"),
    ("head.*", "logits.*"),
];
/// `vit.encoder.layer` is the naming of every file on the hub; `vit.layers` that of the modules of transformers 5.
const TRANSFORMERS_VIT: [Rule; 19] = [
    ("vit.embeddings.cls_token", "embeddings.class_token"),
    ("vit.embeddings.position_embeddings", "embeddings.position"),
    ("vit.embeddings.patch_embeddings.projection.*", "patch_embedding.*"),
    ("vit.encoder.layer.#.layernorm_before.*", "encoder.#.attention_norm.*"),
    ("vit.encoder.layer.#.attention.attention.@.*", "encoder.#.@.*"),
    ("vit.encoder.layer.#.attention.output.dense.*", "encoder.#.attention.*"),
    ("vit.encoder.layer.#.layernorm_after.*", "encoder.#.mlp_norm.*"),
    ("vit.encoder.layer.#.intermediate.dense.*", "encoder.#.mlp_hidden.*"),
    ("vit.encoder.layer.#.output.dense.*", "encoder.#.mlp.*"),
    ("vit.layers.#.layernorm_before.*", "encoder.#.attention_norm.*"),
    ("vit.layers.#.attention.q_proj.*", "encoder.#.query.*"),
    ("vit.layers.#.attention.k_proj.*", "encoder.#.key.*"),
    ("vit.layers.#.attention.v_proj.*", "encoder.#.value.*"),
    ("vit.layers.#.attention.o_proj.*", "encoder.#.attention.*"),
    ("vit.layers.#.layernorm_after.*", "encoder.#.mlp_norm.*"),
    ("vit.layers.#.mlp.fc1.*", "encoder.#.mlp_hidden.*"),
    ("vit.layers.#.mlp.fc2.*", "encoder.#.mlp.*"),
    ("vit.layernorm.*", "norm.*"),
    ("classifier.*", "logits.*"),
];

/// What training wrappers put before every name.
const WRAPPERS: [&str; 3] = ["module.", "_orig_mod.", "model."];

impl Naming {
    const ALL: [Self; 6] = [
        Self::Internal,
        Self::TorchvisionResnet,
        Self::TransformersResnet,
        Self::TorchvisionVit,
        Self::TimmVit,
        Self::TransformersVit,
    ];

    /// The naming that knows most of the names, if any knows one.
    pub fn detect<'name>(names: impl Iterator<Item = &'name str> + Clone) -> Option<Self> {
        let known = |naming: Self| names.clone().filter(|name| !naming.internal(name).is_empty()).count();
        let mut best = None;
        for naming in Self::ALL {
            let count = known(naming);
            if count > best.map_or(0, |(count, _)| count) {
                best = Some((count, naming));
            }
        }
        best.map(|(_, naming)| naming)
    }

    /// Whose names they are.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Internal => "the explorer's names",
            Self::TorchvisionResnet => "torchvision and timm names",
            Self::TorchvisionVit => "torchvision names",
            Self::TimmVit => "timm names",
            Self::TransformersResnet | Self::TransformersVit => "transformers names",
        }
    }

    /// What its library adds to the variance in LayerNorm where nothing else is said.
    pub fn default_layer_norm_epsilon(self) -> f64 {
        match self {
            Self::TransformersVit => 1e-12,
            _ => 1e-6,
        }
    }

    /// The parameters in the tensor that the file calls `name`: none, one, or queries, keys and values.
    pub fn internal(self, name: &str) -> Vec<InternalName> {
        self.rules()
            .find_map(|(theirs, ours)| {
                let captures = Template(theirs).capture(name)?;
                let joins_three = Template(ours).has_part() && !Template(theirs).has_part();
                Some(if joins_three {
                    (0..3)
                        .map(|third| InternalName {
                            name: Template(ours).render(&captures.with_part(third)),
                            third: Some(third),
                        })
                        .collect()
                } else {
                    vec![InternalName { name: Template(ours).render(&captures), third: None }]
                })
            })
            .unwrap_or_default()
    }

    /// What the file would call an internal parameter.
    pub fn external(self, internal: &str) -> String {
        self.rules()
            .find_map(|(theirs, ours)| Some(Template(theirs).render(&Template(ours).capture(internal)?)))
            .unwrap_or_else(|| internal.to_owned())
    }

    fn rules(self) -> impl Iterator<Item = Rule> {
        let tables: [&'static [Rule]; 3] = match self {
            Self::Internal => [&RESNET_INTERNAL, &INTERNAL, &INTERNAL_HEAD],
            Self::TorchvisionResnet => [&TORCHVISION_RESNET, &[], &[]],
            Self::TransformersResnet => [&TRANSFORMERS_RESNET, &[], &[]],
            Self::TorchvisionVit => [&TORCHVISION_VIT, &[], &[]],
            Self::TimmVit => [&TIMM_VIT, &[], &[]],
            Self::TransformersVit => [&TRANSFORMERS_VIT, &[], &[]],
        };
        tables.into_iter().flatten().copied()
    }
}

/// The names without wrappers, each with the name in the file; without what no forward pass reads.
pub fn unwrapped<'name>(names: impl Iterator<Item = &'name String>) -> BTreeMap<&'name str, &'name str> {
    let mut names: BTreeMap<&str, &str> =
        names.filter(|name| is_read(name)).map(|name| (name.as_str(), name.as_str())).collect();
    while let Some(wrapper) = WRAPPERS
        .iter()
        .find(|wrapper| !names.is_empty() && names.keys().all(|name| name.starts_with(**wrapper)))
    {
        names = names.into_iter().map(|(name, original)| (&name[wrapper.len()..], original)).collect();
    }
    names
}

/// A batch-norm counts its training steps, and transformers' pooler is no part of the classifier, which reads the class
/// token itself.
fn is_read(name: &str) -> bool {
    !name.ends_with("num_batches_tracked") && !name.contains("vit.pooler.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn internal(naming: Naming, name: &str) -> Vec<String> {
        naming.internal(name).into_iter().map(|internal| internal.name).collect()
    }

    #[test]
    fn names_are_mapped_and_back() {
        let table = [
            (Naming::TorchvisionResnet, "bn1.running_mean", "conv1.batch_norm.running_mean"),
            (Naming::TorchvisionResnet, "layer3.5.bn2.bias", "layer3.5.conv2.batch_norm.bias"),
            (Naming::TorchvisionResnet, "layer1.0.downsample.0.weight", "layer1.0.shortcut.weight"),
            (
                Naming::TransformersResnet,
                "resnet.encoder.stages.2.layers.5.layer.0.convolution.weight",
                "layer3.5.conv1.weight",
            ),
            (Naming::TorchvisionVit, "class_token", "embeddings.class_token"),
            (
                Naming::TorchvisionVit,
                "encoder.layers.encoder_layer_11.mlp.0.bias",
                "encoder.11.mlp_hidden.bias",
            ),
            (Naming::TimmVit, "blocks.7.attn.proj.weight", "encoder.7.attention.weight"),
            (
                Naming::TransformersVit,
                "vit.encoder.layer.3.attention.attention.key.bias",
                "encoder.3.key.bias",
            ),
            (Naming::Internal, "layer1.0.conv1.batch_norm.weight", "layer1.0.conv1.batch_norm.weight"),
        ];
        for (naming, theirs, ours) in table {
            assert_eq!(internal(naming, theirs), [ours], "{theirs}");
            assert_eq!(naming.external(ours), theirs, "{ours}");
        }
    }

    #[test]
    fn one_tensor_can_hold_queries_keys_and_values() {
        let expected = ["query", "key", "value"].map(|part| format!("encoder.2.{part}.bias"));
        for (naming, theirs) in [
            (Naming::TimmVit, "blocks.2.attn.qkv.bias"),
            (Naming::TorchvisionVit, "encoder.layers.encoder_layer_2.self_attention.in_proj_bias"),
        ] {
            assert_eq!(internal(naming, theirs), expected);
            assert_eq!(naming.internal(theirs)[2].third, Some(2));
            assert_eq!(naming.external(&expected[1]), theirs);
        }
    }

    #[test]
    fn what_no_rule_knows_has_no_internal_name() {
        for name in
            ["blocks.0.ls1.gamma", "blocks.x.norm1.weight", "blocks.01.norm1.weight", "fc_norm.weight"]
        {
            assert!(internal(Naming::TimmVit, name).is_empty(), "{name}");
        }
    }

    #[test]
    fn the_naming_is_the_one_that_knows_most() {
        let table: [(&[&str], Option<Naming>); 4] = [
            (&["conv1.weight", "bn1.weight", "fc.weight"], Some(Naming::TorchvisionResnet)),
            (&["conv1.weight", "conv1.batch_norm.weight"], Some(Naming::Internal)),
            (&["norm.weight", "cls_token"], Some(Naming::TimmVit)),
            (&["lm_head"], None),
        ];
        for (names, expected) in table {
            assert_eq!(Naming::detect(names.iter().copied()), expected, "{names:?}");
        }
    }

    #[test]
    fn wrappers_and_counters_are_left_out() {
        let names = ["module.model.fc.bias", "module.model.bn1.num_batches_tracked"].map(str::to_owned);
        let unwrapped = unwrapped(names.iter());
        assert_eq!(unwrapped.into_iter().collect::<Vec<_>>(), [("fc.bias", "module.model.fc.bias")]);
        let names = ["module.fc.bias", "fc.weight"].map(str::to_owned);
        assert!(super::unwrapped(names.iter()).contains_key("module.fc.bias"), "only if all carry it");
    }
}
