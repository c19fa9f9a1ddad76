use refcycle::Pointee;

trait Say {}

impl Pointee for dyn Say {
    const CHECK: refcycle::private::Check<dyn Say> = <u8 as Pointee>::CHECK;
}

fn main() {}
