//! The last part of a model below its head, which fine-tuning trains together with it: the last stage of a ResNet, or the last encoder block
//! of a Vision Transformer with the final norm. It says which parameters that is; how they are trained is `training::fine_tuning`'s business.

use std::collections::BTreeMap;

use candle_core::Tensor;
use shared::architecture::ParameterSpec;
use shared::{ArchitectureConfig, NodeId};

/// Parameters by internal name.
pub type TailParameters = BTreeMap<String, Tensor>;

/// The tail of an architecture.
#[derive(Clone, Debug, PartialEq)]
pub struct Tail {
    /// In words, such as `layer4`.
    pub name: String,
    /// The node whose output it reads.
    pub input: NodeId,
    /// Everything in it, the running statistics of its batch-norms too, in the graph's order.
    pub parameters: Vec<ParameterSpec>,
}

impl Tail {
    /// That of an architecture.
    pub fn of(architecture: &ArchitectureConfig) -> Self {
        let (parts, input) = match architecture {
            ArchitectureConfig::Resnet(config) => {
                let last = config.stage_depths.len();
                let input = config.stage_blocks(last - 1).pop().map_or("maxpool".into(), |block| block.id);
                (vec![format!("layer{last}")], input)
            }
            ArchitectureConfig::Vit(config) => {
                let last = config.depth.saturating_sub(1);
                let input = match last.checked_sub(1) {
                    Some(before) => NodeId::new(format!("encoder.{before}")),
                    None => "embeddings".into(),
                };
                (vec![format!("encoder.{last}"), "norm".to_owned()], input)
            }
        };
        let is_in = |node: &NodeId| {
            let rest = |part: &String| node.as_str().strip_prefix(part.as_str());
            parts.iter().filter_map(rest).any(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let nodes = architecture.graph().nodes.into_iter().filter(|node| is_in(&node.id));
        let parameters = nodes.flat_map(|node| node.parameters).collect();
        Self { name: parts.join(" and "), input, parameters }
    }

    /// Those that are trained: all but running statistics, which stay the checkpoint's.
    pub fn trainable(&self) -> impl Iterator<Item = &ParameterSpec> {
        self.parameters.iter().filter(|parameter| parameter.trainable)
    }

    /// What is wrong with parameters that are to take the place of the trainable ones, in words; none: they fit.
    pub fn fault(&self, parameters: &TailParameters) -> Option<String> {
        for spec in self.trainable() {
            match parameters.get(&spec.name) {
                None => return Some(format!("it has no tensor {}", spec.name)),
                Some(tensor) if tensor.dims() != spec.shape => {
                    let (name, found, expected) = (&spec.name, tensor.dims(), &spec.shape);
                    return Some(format!(
                        "its tensor {name} has the shape {found:?}, where the model has {expected:?}"
                    ));
                }
                Some(_fits) => {}
            }
        }
        let is_known = |name: &String| self.trainable().any(|spec| spec.name == *name);
        let unknown = parameters.keys().find(|name| !is_known(name))?;
        Some(format!("its tensor {unknown} is no trained part of {} of the model", self.name))
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{DType, Device};
    use shared::architecture::{BlockKind, Pooling, ResNetConfig, VitConfig};

    use super::*;

    fn resnet50() -> ArchitectureConfig {
        ArchitectureConfig::Resnet(ResNetConfig {
            block: BlockKind::Bottleneck,
            stage_depths: [3, 4, 6, 3],
            num_classes: 1000,
            image_size: 224,
        })
    }

    fn vit(depth: usize) -> ArchitectureConfig {
        ArchitectureConfig::Vit(VitConfig {
            dim: 384,
            depth,
            num_heads: 6,
            mlp_dim: 1536,
            patch_size: 16,
            image_size: 224,
            num_classes: 1000,
            layer_norm_epsilon: 1e-6,
            pooling: Pooling::ClassToken,
        })
    }

    fn count(tail: &Tail) -> u64 {
        tail.trainable().map(ParameterSpec::elements).sum()
    }

    #[test]
    fn tails_have_the_parameters_of_the_papers_last_parts() {
        let tail = Tail::of(&resnet50());
        // sum(p.numel() for p in torchvision.models.resnet50().layer4.parameters())
        assert_eq!(
            (tail.name.as_str(), tail.input.as_str(), count(&tail)),
            ("layer4", "layer3.5", 14_964_736)
        );
        assert_eq!(
            tail.parameters.len() - tail.trainable().count(),
            20,
            "mean and variance of ten batch-norms"
        );
        let tail = Tail::of(&vit(12));
        assert_eq!((tail.name.as_str(), tail.input.as_str()), ("encoder.11 and norm", "encoder.10"));
        // 12 dim^2 + 13 dim of a block, 2 dim of the norm.
        assert_eq!(count(&tail), 12 * 384 * 384 + 15 * 384);
        assert!(!tail.parameters.iter().any(|spec| spec.name.starts_with("encoder.1.")));
        assert_eq!(Tail::of(&vit(1)).input.as_str(), "embeddings");
    }

    #[test]
    fn parameters_that_do_not_fit_are_named() {
        let tail = Tail::of(&vit(2));
        let zeros = |shape: &[usize]| Tensor::zeros(shape, DType::F32, &Device::Cpu).expect("room");
        let mut parameters: TailParameters =
            tail.trainable().map(|spec| (spec.name.clone(), zeros(&spec.shape))).collect();
        assert_eq!(tail.fault(&parameters), None);
        parameters.insert("encoder.0.query.bias".to_owned(), zeros(&[384]));
        assert!(tail.fault(&parameters).is_some_and(|fault| fault.contains("encoder.0.query.bias")));
        parameters.remove("encoder.0.query.bias");
        parameters.insert("norm.weight".to_owned(), zeros(&[383]));
        assert!(
            tail.fault(&parameters)
                .is_some_and(|fault| fault.contains("norm.weight") && fault.contains("383"))
        );
        parameters.remove("norm.weight");
        assert!(tail.fault(&parameters).is_some_and(|fault| fault.contains("norm.weight")));
    }
}
