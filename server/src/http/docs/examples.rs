//! How the API is used from a shell and from a notebook.

/// The address as the examples were written, to be replaced.
const BASE: &str = "BASE";

const SHELL: &str = "\
# Send a picture; the answer holds its image_id.
curl --data-binary @photo.jpg BASE/api/v1/images

# Ask both models about it.
curl 'BASE/api/v1/images/IMAGE_ID/predictions?model=resnet&amp;top_k=5'
curl 'BASE/api/v1/images/IMAGE_ID/predictions?model=vit&amp;top_k=all'

# Keep a tensor as a file, here eight channels of a feature map.
curl --output maps.npy 'BASE/api/v1/images/IMAGE_ID/tensors/layer2.0?model=resnet&amp;slice=0:8'";

const NOTEBOOK: &str = "\
import io, json
from urllib.request import urlopen
import numpy

api = &quot;BASE/api/v1&quot;
photo = open(&quot;photo.jpg&quot;, &quot;rb&quot;).read()
image = json.load(urlopen(f&quot;{api}/images&quot;, data=photo))[&quot;image_id&quot;]

answer = json.load(urlopen(f&quot;{api}/images/{image}/predictions?model=vit&quot;))
for score in answer[&quot;classes&quot;]:
    print(f&quot;{score['probability']:.3f}  {score['label']}&quot;)

def tensor(node, model):
    file = urlopen(f&quot;{api}/images/{image}/tensors/{node}?model={model}&quot;).read()
    return numpy.load(io.BytesIO(file))

attention = tensor(&quot;encoder.0.attention_weights&quot;, &quot;vit&quot;)
print(attention.shape, attention.sum(axis=-1))  # each row of weights sums to 1";

/// The section; `base` is escaped already.
pub fn section(base: &str) -> String {
    let example = |title: &str, code: &str| {
        format!(
            "<figure><figcaption>{title}</figcaption><pre tabindex=\"0\"><code>{}</code></pre></figure>",
            code.replace(BASE, base)
        )
    };
    format!(
        "<section class=\"docs-section\" id=\"examples\"><h2>Examples</h2><p>Nothing to sign up for and no key: every answer of the page \
         can be had here, number by number. Failures are JSON with a stable <code>code</code> and a <code>message</code> that says what \
         to do.</p><div class=\"docs-examples\">{}{}</div></section>",
        example("In a shell", SHELL),
        example("In a notebook", NOTEBOOK),
    )
}
