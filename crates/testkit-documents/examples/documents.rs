//! x
use selfsame_testkit_documents::*;
fn main() {
    let fonts = Fonts::load().expect("fonts");
    for kind in Kind::ALL {
        for side in kind.sides() {
            let d = Document::random(*kind, 1);
            let p = d.render(*side, &Portrait::silhouette(0.5), &fonts, 300.0).expect("page");
            p.picture.save(format!("/tmp/docs/try-{kind:?}-{side:?}.png")).expect("save");
            println!("{:?}", p.mrz());
        }
    }
}
