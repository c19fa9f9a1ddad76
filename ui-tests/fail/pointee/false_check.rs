use refcycle::Pointee;

trait Shape {}

impl Pointee for dyn Shape {
    const CHECK: refcycle::private::Check<Self> = refcycle::private::Check::<Self>::NEVER;
}

fn main() {}
