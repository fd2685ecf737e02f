//! The works that the glossary leans on, each named once.

use crate::i18n::Source;

const fn paper(name: &'static str, url: &'static str) -> Source {
    Source { name, url }
}

pub const ABNAR_2020: Source = paper(
    "Abnar, Zuidema 2020: quantifying attention flow in transformers",
    "https://arxiv.org/abs/2005.00928",
);
pub const ARAUJO_2019: Source = paper(
    "Araujo, Norris, Sim 2019: computing receptive fields of convolutional neural networks",
    "https://distill.pub/2019/computing-receptive-fields/",
);
pub const AZULAY_2019: Source = paper(
    "Azulay, Weiss 2019: why do deep convolutional networks generalize so poorly to small image transformations?",
    "https://arxiv.org/abs/1805.12177",
);
pub const BATTAGLIA_2018: Source = paper(
    "Battaglia and others 2018: relational inductive biases, deep learning, and graph networks",
    "https://arxiv.org/abs/1806.01261",
);
pub const BAYDIN_2018: Source = paper(
    "Baydin and others 2018: automatic differentiation in machine learning, a survey",
    "https://arxiv.org/abs/1502.05767",
);
pub const BA_2016: Source =
    paper("Ba, Kiros, Hinton 2016: layer normalization", "https://arxiv.org/abs/1607.06450");
pub const CHEFER_2021: Source = paper(
    "Chefer, Gur, Wolf 2021: generic attention-model explainability",
    "https://arxiv.org/abs/2103.15679",
);
pub const COLOUR_MAPS: Source =
    paper("Smith, van der Walt 2015: default colour maps of Matplotlib", "https://bids.github.io/colormap/");
pub const CUBUK_2019: Source = paper(
    "Cubuk and others 2019: RandAugment, practical automated data augmentation",
    "https://arxiv.org/abs/1909.13719",
);
pub const DOSOVITSKIY_2021: Source =
    paper("Dosovitskiy and others 2021: an image is worth 16 × 16 words", "https://arxiv.org/abs/2010.11929");
pub const DUMOULIN_2016: Source = paper(
    "Dumoulin, Visin 2016: a guide to convolution arithmetic for deep learning",
    "https://arxiv.org/abs/1603.07285",
);
pub const ELHAGE_2021: Source = paper(
    "Elhage and others 2021: a mathematical framework for transformer circuits",
    "https://transformer-circuits.pub/2021/framework/index.html",
);
pub const GGUF: Source =
    paper("Hugging Face: GGUF, quantisation types", "https://huggingface.co/docs/hub/gguf");
pub const GOODFELLOW_ALGEBRA: Source = paper(
    "Goodfellow, Bengio, Courville 2016: Deep Learning, chapter 2",
    "https://www.deeplearningbook.org/contents/linear_algebra.html",
);
pub const GOODFELLOW_CONVNETS: Source = paper(
    "Goodfellow, Bengio, Courville 2016: Deep Learning, chapter 9",
    "https://www.deeplearningbook.org/contents/convnets.html",
);
pub const GOODFELLOW_GUIDELINES: Source = paper(
    "Goodfellow, Bengio, Courville 2016: Deep Learning, section 11.5",
    "https://www.deeplearningbook.org/contents/guidelines.html",
);
pub const GOODFELLOW_MLP: Source = paper(
    "Goodfellow, Bengio, Courville 2016: Deep Learning, chapter 6",
    "https://www.deeplearningbook.org/contents/mlp.html",
);
pub const GRETTON_2005: Source = paper(
    "Gretton, Bousquet, Smola, Schölkopf 2005: measuring statistical dependence with Hilbert-Schmidt norms",
    "https://doi.org/10.1007/11564089_7",
);
pub const GUO_2017: Source = paper(
    "Guo, Pleiss, Sun, Weinberger 2017: on calibration of modern neural networks",
    "https://arxiv.org/abs/1706.04599",
);
pub const HASTIE_2009: Source = paper(
    "Hastie, Tibshirani, Friedman 2009: the elements of statistical learning, section 3.4",
    "https://hastie.su.domains/ElemStatLearn/",
);
pub const HENDRYCKS_2016: Source =
    paper("Hendrycks, Gimpel 2016: Gaussian error linear units", "https://arxiv.org/abs/1606.08415");
pub const HE_2015: Source = paper(
    "He, Zhang, Ren, Sun 2015: deep residual learning for image recognition",
    "https://arxiv.org/abs/1512.03385",
);
pub const HE_2016: Source = paper(
    "He, Zhang, Ren, Sun 2016: identity mappings in deep residual networks",
    "https://arxiv.org/abs/1603.05027",
);
pub const IOFFE_2015: Source =
    paper("Ioffe, Szegedy 2015: batch normalization", "https://arxiv.org/abs/1502.03167");
pub const JACOB_2017: Source = paper(
    "Jacob and others 2017: quantization and training of neural networks, section 3.2",
    "https://arxiv.org/abs/1712.05877",
);
pub const KORNBLITH_2019: Source = paper(
    "Kornblith, Norouzi, Lee, Hinton 2019: similarity of neural network representations revisited",
    "https://arxiv.org/abs/1905.00414",
);
pub const KORNBLITH_TRANSFER_2019: Source = paper(
    "Kornblith, Shlens, Le 2019: do better ImageNet models transfer better?",
    "https://arxiv.org/abs/1805.08974",
);
pub const LECUN_1989: Source = paper(
    "LeCun and others 1989: backpropagation applied to handwritten zip code recognition",
    "https://doi.org/10.1162/neco.1989.1.4.541",
);
pub const LECUN_1998: Source = paper(
    "LeCun, Bottou, Orr, Müller 1998: efficient backprop, section 4.3",
    "https://doi.org/10.1007/3-540-49430-8_2",
);
pub const LIN_2013: Source =
    paper("Lin, Chen, Yan 2013: network in network", "https://arxiv.org/abs/1312.4400");
pub const LOSHCHILOV_2016: Source = paper(
    "Loshchilov, Hutter 2016: SGDR, stochastic gradient descent with warm restarts",
    "https://arxiv.org/abs/1608.03983",
);
pub const LOSHCHILOV_2017: Source = paper(
    "Loshchilov, Hutter 2017: decoupled weight decay regularization",
    "https://arxiv.org/abs/1711.05101",
);
pub const LUO_2016: Source = paper(
    "Luo, Li, Urtasun, Zemel 2016: understanding the effective receptive field",
    "https://arxiv.org/abs/1701.04128",
);
pub const LU_2019: Source = paper(
    "Lu, Shin, Su, Karniadakis 2019: dying ReLU and initialization",
    "https://arxiv.org/abs/1903.06733",
);
pub const MUHAMMAD_2020: Source = paper(
    "Muhammad, Yeasin 2020: Eigen-CAM, class activation map using principal components",
    "https://arxiv.org/abs/2008.00299",
);
pub const NAIR_2010: Source = paper(
    "Nair, Hinton 2010: rectified linear units improve restricted Boltzmann machines",
    "https://icml.cc/Conferences/2010/papers/432.pdf",
);
pub const NASEER_2021: Source = paper(
    "Naseer and others 2021: intriguing properties of Vision Transformers",
    "https://arxiv.org/abs/2105.10497",
);
pub const NGUYEN_2021: Source = paper(
    "Nguyen, Raghu, Kornblith 2021: do wide and deep networks learn the same things?",
    "https://arxiv.org/abs/2010.15327",
);
pub const NOSTALGEBRAIST_2020: Source = paper(
    "nostalgebraist 2020: interpreting GPT, the logit lens",
    "https://www.lesswrong.com/posts/AcKRB8wDpdaN6v6ru/interpreting-gpt-the-logit-lens",
);
pub const NUMPY_FORMAT: Source =
    paper("NumPy: the npy format", "https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html");
pub const RAGHU_2021: Source = paper(
    "Raghu and others 2021: do Vision Transformers see like convolutional neural networks?",
    "https://arxiv.org/abs/2108.08810",
);
pub const RUSSAKOVSKY_2015: Source = paper(
    "Russakovsky and others 2015: ImageNet large scale visual recognition challenge",
    "https://arxiv.org/abs/1409.0575",
);
pub const SAFETENSORS: Source =
    paper("Hugging Face: safetensors", "https://huggingface.co/docs/safetensors/index");
pub const SCHERER_2010: Source = paper(
    "Scherer, Müller, Behnke 2010: evaluation of pooling operations",
    "https://doi.org/10.1007/978-3-642-15825-4_10",
);
pub const SELVARAJU_2017: Source = paper(
    "Selvaraju and others 2017: Grad-CAM, visual explanations from deep networks",
    "https://arxiv.org/abs/1610.02391",
);
pub const SOKOLOVA_2009: Source = paper(
    "Sokolova, Lapalme 2009: a systematic analysis of performance measures for classification tasks",
    "https://doi.org/10.1016/j.ipm.2009.03.002",
);
pub const SONG_2012: Source = paper(
    "Song, Smola, Gretton, Bedo, Borgwardt 2012: feature selection via dependence maximization",
    "https://jmlr.org/papers/v13/song12a.html",
);
pub const SZE_2017: Source = paper(
    "Sze, Chen, Yang, Emer 2017: efficient processing of deep neural networks",
    "https://arxiv.org/abs/1703.09039",
);
pub const TORCHVISION_CROP: Source = paper(
    "torchvision: CenterCrop",
    "https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.CenterCrop.html",
);
pub const TORCHVISION_MODELS: Source =
    paper("torchvision: models and their weights", "https://docs.pytorch.org/vision/stable/models.html");
pub const TORCHVISION_RESIZE: Source = paper(
    "torchvision: Resize",
    "https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.Resize.html",
);
pub const VASWANI_2017: Source =
    paper("Vaswani and others 2017: attention is all you need", "https://arxiv.org/abs/1706.03762");
pub const VEIT_2016: Source = paper(
    "Veit, Wilber, Belongie 2016: residual networks behave like ensembles of relatively shallow networks",
    "https://arxiv.org/abs/1605.06431",
);
pub const WILSON_1927: Source = paper(
    "Wilson 1927: probable inference, the law of succession, and statistical inference",
    "https://doi.org/10.1080/01621459.1927.10502953",
);
pub const XIONG_2020: Source = paper(
    "Xiong and others 2020: on layer normalization in the transformer architecture",
    "https://arxiv.org/abs/2002.04745",
);
pub const YOSINSKI_2014: Source = paper(
    "Yosinski and others 2014: how transferable are features in deep neural networks?",
    "https://arxiv.org/abs/1411.1792",
);
pub const ZEILER_2014: Source = paper(
    "Zeiler, Fergus 2014: visualizing and understanding convolutional networks",
    "https://arxiv.org/abs/1311.2901",
);
pub const ZHANG_2019: Source = paper(
    "Zhang 2019: making convolutional networks shift-invariant again",
    "https://arxiv.org/abs/1904.11486",
);
pub const ZHOU_2016: Source = paper(
    "Zhou, Khosla, Lapedriza, Oliva, Torralba 2016: learning deep features for discriminative localization",
    "https://arxiv.org/abs/1512.04150",
);
